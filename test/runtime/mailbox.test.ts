import * as assert from "uvu/assert";
import { createMailbox } from "../../src/runtime/mailbox.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/mailbox");

const never = new AbortController().signal;

test("tokens that arrive meanwhile collapse into the first", async () => {
  const mailbox = createMailbox<string>();
  mailbox.put("moved");
  mailbox.put("scheduled");
  mailbox.put("retry");
  assert.is(await mailbox.take(never), "moved");
  assert.is(await mailbox.take(AbortSignal.abort()), undefined);
  mailbox.put("again");
  assert.is(await mailbox.take(never), "again");
});

test("gives a token to the one who waits, and keeps the next", async () => {
  const mailbox = createMailbox<string>();
  const waiting = mailbox.take(never);
  mailbox.put("first");
  mailbox.put("second");
  assert.is(await waiting, "first");
  assert.is(await mailbox.take(never), "second");
});

test("waiting ends with the signal, and loses no token", async () => {
  const mailbox = createMailbox<string>();
  const stop = new AbortController();
  const waiting = mailbox.take(stop.signal);
  stop.abort();
  assert.is(await waiting, undefined);
  mailbox.put("kept");
  assert.is(await mailbox.take(stop.signal), undefined);
  assert.is(await mailbox.take(never), "kept");
});

test("has one taker at a time", async () => {
  const mailbox = createMailbox<string>();
  const waiting = mailbox.take(never);
  assert.match((await mailbox.take(never).catch(String)) ?? "", /one taker/);
  mailbox.put("done");
  assert.is(await waiting, "done");
});

test.run();
