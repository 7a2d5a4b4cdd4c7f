import * as assert from "uvu/assert";
import type { Document } from "../../src/datum/document.ts";
import { secretBytes, secretDigest, secretValues } from "../../src/datum/secret.ts";
import { createSecretRoom } from "../../src/secrets/room.ts";
import { ageKeyPair, encryptSops, type SopsOptions } from "../support/sops.ts";
import { suite } from "../support/suite.ts";
import { projectChecker } from "../support/worlds.ts";

const test = suite("secrets");
const checker = projectChecker();
const ours = await ageKeyPair();
const theirs = await ageKeyPair();
const plain = `apiVersion: v1
kind: Secret
metadata: { name: db, creationTimestamp: null }
immutable: true
type: Opaque
data: { token: ${Buffer.from([0, 255, 10, 13]).toString("base64")}, 8a: YQ== }
stringData: { password: "canary-Ünïcode 1\\n2", empty: "", port: 5432 }
`;

function documentsOf(text: string): readonly Document[] {
  return checker.parse("db.yaml", new TextEncoder().encode(text)).documents;
}

function roomWith(...keys: readonly string[]) {
  const opened: string[] = [];
  const source = async () => ({ texts: [`# keys\n${keys.join("\n")}\n`], faults: keys.length === 0 ? ["None."] : [] });
  return { room: createSecretRoom(source, (text) => opened.push(text)), opened };
}

async function judged(text: string, keys: readonly string[]) {
  const documents = documentsOf(text);
  const { room, opened } = roomWith(...keys);
  const problems = await room.check(documents, documents);
  const [first] = documents;
  const name = `${first?.namespace}/${first?.name}`;
  const payload = first === undefined ? undefined : await room.lookup(name, secretDigest(first));
  return { documents, problems, payload, opened };
}

const ways: readonly (readonly [string, SopsOptions])[] = [
  ["the usual way", {}],
  ["with a seal over encrypted values alone", { macOnlyEncrypted: true }],
  ["with its metadata", { fields: ["data", "stringData", "type"] }],
];
for (const [title, options] of ways) {
  test(`a Secret encrypted ${title} is opened as it was written`, async () => {
    const sealed = await encryptSops([plain], [theirs.recipient, ours.recipient], options);
    assert.not.match(sealed, /canary/);
    const { problems, payload, opened } = await judged(sealed, [ours.key]);
    assert.equal(problems, []);
    assert.equal(
      Object.fromEntries(
        Object.entries(payload ?? {}).map(([key, bytes]) => [key, Buffer.from(bytes).toString("hex")]),
      ),
      {
        token: "00ff0a0d",
        "8a": "61",
        password: Buffer.from("canary-Ünïcode 1\n2").toString("hex"),
        empty: "",
        port: Buffer.from("5432").toString("hex"),
      },
    );
    assert.ok(opened.includes("canary-Ünïcode 1\n2"), "what was opened is told to the redactor");
  });
}

test("without its key a Secret is a problem that names the recipients and no secret", async () => {
  const sealed = await encryptSops([plain], [theirs.recipient]);
  for (const keys of [[], [ours.key]]) {
    const { problems, payload } = await judged(sealed, keys);
    assert.equal(
      problems.map(({ rule, severity, path }) => `${severity} ${rule} ${path}`),
      ["error secret/no-key sops"],
    );
    assert.match(problems[0]?.message ?? "", theirs.recipient);
    assert.match(problems[0]?.hint ?? "", /ageKeys/);
    assert.is(payload, undefined);
  }
});

const tampered: readonly (readonly [string, (text: string) => string, string])[] = [
  ["a name that changed", (text) => text.replace("name: db", "name: other"), "secret/changed"],
  ["a field that was added", (text) => text.replace("type: Opaque", "type: Other"), "secret/changed"],
  [
    "a value that was taken away",
    (text) => text.replace(/ {2}empty:.*\n/, "").replace(/ {2}port:.*\n/, ""),
    "secret/changed",
  ],
  ["a value under another key", (text) => text.replace("  token:", "  other:"), "secret/damaged"],
  [
    "a flipped value",
    (text) => text.replace(/token: ENC\[AES256_GCM,data:..../, "token: ENC[AES256_GCM,data:AAAA"),
    "secret/damaged",
  ],
  ["a seal of another moment", (text) => text.replace("2026-01-02", "2026-01-03"), "secret/damaged"],
  ["no recipients", (text) => text.replace(/ {2}age:\n(?: {4}.*\n|\n)+/, "  age: []\n"), "secret/no-recipient"],
];
for (const [title, change, rule] of tampered) {
  test(`a sealed Secret with ${title} is refused`, async () => {
    const sealed = await encryptSops([plain], [ours.recipient]);
    const changed = change(sealed);
    assert.is.not(changed, sealed);
    const { problems, payload } = await judged(changed, [ours.key]);
    assert.equal(
      problems.map((problem) => problem.rule),
      [rule],
    );
    assert.is(payload, undefined);
    assert.not.match(JSON.stringify(problems), /canary|AGE-SECRET/);
  });
}

test("several documents under one seal are opened together, each under its own name", async () => {
  const second = plain.replace("name: db", "name: cache").replace("canary", "second");
  const sealed = await encryptSops([plain, second], [ours.recipient]);
  const documents = documentsOf(sealed);
  const { room } = roomWith(ours.key);
  assert.equal(await room.check(documents, documents), []);
  const texts = await Promise.all(
    documents.map(async (document) => {
      const payload = await room.lookup(`default/${document.name}`, secretDigest(document));
      return new TextDecoder().decode(payload?.password);
    }),
  );
  assert.equal(texts, ["canary-Ünïcode 1\n2", "second-Ünïcode 1\n2"]);
  const [first] = documentsOf(sealed.slice(0, sealed.indexOf("\n---\n") + 1));
  assert.equal(
    (await room.check([first as Document], [first as Document])).map(({ rule }) => rule),
    ["secret/changed"],
    "one document alone is not what was sealed",
  );
});

test("a key that comes later opens what was closed before", async () => {
  const documents = documentsOf(await encryptSops([plain], [ours.recipient]));
  const texts: string[] = [];
  const room = createSecretRoom(
    async () => ({ texts, faults: [] }),
    () => undefined,
  );
  assert.is((await room.check(documents, documents)).length, 1);
  texts.push(ours.key.toLowerCase());
  assert.equal(await room.check(documents, documents), []);
});

test("clear text is looked up as it stands", async () => {
  const { problems, payload } = await judged(plain.replace("port: 5432", 'port: "1"'), []);
  assert.equal(problems, []);
  assert.is(new TextDecoder().decode(payload?.password), "canary-Ünïcode 1\n2");
});

test("what a Secret holds has a digest that tells nothing and changes with it", async () => {
  const [clear] = documentsOf(plain);
  const [same] = documentsOf(plain.replace("immutable: true", "immutable: false"));
  const [other] = documentsOf(plain.replace("canary", "canarz"));
  const [elsewhere] = documentsOf(plain.replace("name: db", "name: dc"));
  const digests = [clear, same, other, elsewhere].map((document) => secretDigest(document as Document));
  assert.is(digests[0], digests[1]);
  assert.is(new Set(digests).size, 3);
  for (const digest of digests) assert.match(digest, /^[0-9a-f]{16}$/);
});

test("the size of an encrypted value is known without opening it", async () => {
  const [document] = documentsOf(await encryptSops([plain], [ours.recipient]));
  const bytes = secretValues(document as Document).map((value) => [value.key, secretBytes(value)]);
  assert.equal(bytes, [
    ["8a", 3],
    ["empty", 0],
    ["password", 20],
    ["port", 4],
    ["token", 6],
  ]);
});

test.run();
