import { generateKeyPairSync } from "node:crypto";
import * as assert from "uvu/assert";
import { withoutSecrets } from "../../src/report/redact-text.ts";
import { suite } from "../support/suite.ts";

const test = suite("report/redact-text");

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";

const hidden: readonly (readonly [title: string, text: string, expected: string])[] = [
  ["a private key", `# mine\n${pem}`, "(redacted)"],
  ["its base64", base64(pem), "(redacted)"],
  ["its base64 in lines", base64(pem).replace(/(.{76})/g, "$1\n"), "(redacted)"],
  ["base64 of base64", base64(base64(pem)), "(redacted)"],
  ["its DER in base64", privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"), "(redacted)"],
  ["the older DER", privateKey.export({ type: "pkcs1", format: "der" }).toString("base64"), "(redacted)"],
  ["a token within a text", `user me\nauth ${token}\nend`, "user me\nauth (redacted)\nend"],
  ["a token in base64 within a text", `auth ${base64(token)} end`, "auth (redacted) end"],
  ["a named value", "user: me\npassword: hunter2 hunter3", "user: me\npassword: (redacted) hunter3"],
  ["a value in JSON", '{"user":"me","db_password":"hun,ter2","b":1}', '{"user":"me","db_password":(redacted),"b":1}'],
  ["an assignment", "export API_KEY=abc123 X=1", "export API_KEY=(redacted) X=1"],
  ["a named value in base64", `blob: ${base64("password=hunter2-hunter2")}`, "blob: (redacted)"],
  ["an address", "postgres://me:hunter2@db/x", "postgres://me:(redacted)@db/x"],
];

for (const [title, text, expected] of hidden)
  test(`hides ${title}`, () => {
    assert.is(withoutSecrets(text), expected);
    assert.is(withoutSecrets(expected), expected, "hiding twice is hiding once");
  });

const shown = [
  ...["maxmemory 512mb\nmaxmemory-policy allkeys-lru", "tokenFile: /run/token", "secretName: db", "secret: {name: db}"],
  ...["docker.io/library/redis@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
  ...[base64("just some words that are long enough to be encoded"), "a".repeat(10_000), "https://example.com/a?b=c"],
  publicKey.export({ type: "spki", format: "pem" }).toString(),
];

for (const text of shown)
  test(`shows ${JSON.stringify(text).slice(0, 60)}`, () => {
    assert.is(withoutSecrets(text), text);
  });

test.run();
