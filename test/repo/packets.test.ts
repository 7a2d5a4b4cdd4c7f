import fc from "fast-check";
import * as assert from "uvu/assert";
import { checkPackets } from "../../src/repo/packets.ts";
import { RepositoryError } from "../../src/repo/repository.ts";
import { suite } from "../support/suite.ts";

const test = suite("packets of Git's protocol");

function line(text: string): string {
  return `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, "0")}${text}`;
}

function codeFor(bytes: Buffer): string {
  try {
    checkPackets("label", bytes, (text) => text);
    return "whole";
  } catch (error) {
    if (error instanceof RepositoryError) return error.code;
    throw error;
  }
}

const special = ["ERR ", "\u0003", "# service="];
const content = fc
  .string({ unit: "binary", maxLength: 60 })
  .filter((text) => !special.some((beginning) => text.startsWith(beginning)));
const lines = fc.array(content, { minLength: 1, maxLength: 6 });

test("takes whole answers and refuses each one that was cut short, wherever it was cut", () => {
  fc.assert(
    fc.property(lines, fc.boolean(), (texts, announced) => {
      const head = announced ? `${line("# service=git-upload-pack\n")}0000` : "";
      const whole = Buffer.from(`${head}${texts.map(line).join("")}0000`);
      assert.is(codeFor(whole), "whole");
      for (let length = 0; length < whole.length; length++) {
        assert.is(codeFor(whole.subarray(0, length)), "truncated", `${length} of ${whole.length}`);
      }
    }),
    { numRuns: 50 },
  );
});

test("sorts what is no answer and what the server says of its errors", () => {
  const table: readonly (readonly [string, string])[] = [
    ["", "truncated"],
    ["<!doctype html>", "protocol"],
    ["0003", "protocol"],
    [`${line("a")}0001${line("b")}0000`, "whole"],
    [`${line("ERR upload-pack: not our ref 1234")}0000`, "unknown-ref"],
    [`${line("ERR access denied or repository not exported")}0000`, "refused"],
    [`${line("\u0003fatal: out of memory")}0000`, "refused"],
    [`${line("a")}0000junk`, "protocol"],
  ];
  for (const [text, code] of table) assert.is(codeFor(Buffer.from(text)), code, JSON.stringify(text));
});

test.run();
