import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { createRedactor } from "../../src/runtime/redact.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/redact");

const secret = 'p4ss/w0rd+"quoted" & more';
const base64 = (text: string) => Buffer.from(text).toString("base64");

const hidden: readonly (readonly [name: string, text: string])[] = [
  ["as it is", `token ${secret} here`],
  ["in a URL", `https://host/?key=${encodeURIComponent(secret)}&x=1`],
  ["inside JSON", JSON.stringify({ token: secret })],
  ["in base64", `x ${base64(secret)} y`],
  ["in base64, one byte in", base64(`a${secret}`)],
  ["in base64, two bytes in", base64(`ab${secret}`)],
  ["in basic authentication", base64(`x-access-token:${secret}`)],
  ["in base64 with what follows", base64(`${secret} and more`)],
  ["in base64 for URLs", Buffer.from(`user:${secret}`).toString("base64url")],
];

for (const [name, text] of hidden) {
  test(`hides a known secret ${name}`, () => {
    const clean = createRedactor([secret]).redact(text);
    assert.match(clean, /\[redacted\]/);
    for (const form of [secret, encodeURIComponent(secret), base64(secret)]) assert.not.ok(clean.includes(form), clean);
    const decoded = Buffer.from(clean.replaceAll("[redacted]", ""), "base64").toString();
    assert.not.ok(decoded.includes(secret.slice(4, -4)), decoded);
  });
}

const shaped: readonly (readonly [text: string, expected: string])[] = [
  ["https://user:hunter2@github.com/a/b", "https://[redacted]@github.com/a/b"],
  ["https://ghp_0123456789abcdefghij@github.com/a", "https://[redacted]@github.com/a"],
  ["authorization: Bearer abcdefghijklmnopqrstuvwxyz", "authorization: Bearer [redacted]"],
  ["ghs_0123456789abcdefghijABCDEFGHIJ failed", "[redacted] failed"],
  ["key -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end", "key [redacted] end"],
  ["https://github.com/a/b and someone@example.com", "https://github.com/a/b and someone@example.com"],
  ["the token was refused, see the basic rules", "the token was refused, see the basic rules"],
];

for (const [text, expected] of shaped) {
  test(`knows by shape: ${text.slice(0, 30)}`, () => {
    assert.is(createRedactor([]).redact(text), expected);
  });
}

test("hides every line of a key that is printed line by line", () => {
  const lines = ["-----BEGIN KEY-----", "AAAABBBBCCCCDDDDEEEE", "FFFFGGGGHHHHIIIIJJJJ"];
  const clean = createRedactor([lines.join("\n")]).redact(`> ${lines[1]}\n> ${lines[2]}`);
  assert.is(clean, "> [redacted]\n> [redacted]");
});

test("learns a secret later, and ignores empty and tiny ones", () => {
  const redactor = createRedactor(["", "ab"]);
  assert.is(redactor.redact("a cab for later-secret"), "a cab for later-secret");
  redactor.add("later-secret");
  assert.is(redactor.redact("a cab for later-secret"), "a cab for [redacted]");
});

test("no secret survives, whatever it is and wherever it stands", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8, maxLength: 60, unit: "grapheme" }),
      fc.string(),
      fc.string(),
      (any, before, after) => {
        const value = any.trim();
        fc.pre(value.length >= 8 && !"[redacted]".includes(value));
        const { redact } = createRedactor([value]);
        assert.not.ok(redact(before + value + after).includes(value));
        assert.not.ok(redact(base64(value)).includes(base64(value)));
      },
    ),
  );
});

test.run();
