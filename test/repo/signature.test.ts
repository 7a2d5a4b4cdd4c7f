import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import * as openpgp from "openpgp";
import * as assert from "uvu/assert";
import { splitCommit, type Trust, verifyCommit } from "../../src/repo/signature.ts";
import { parseAllowedSigners } from "../../src/repo/signature-signers.ts";
import { suite } from "../support/suite.ts";
import { commitText, type SshSigner, type SshSigningOptions, sshSigner, withSignature } from "./signing.ts";

const test = suite("repo/signature");
const commit = commitText();

function trusting(signer: SshSigner, options = ""): Trust {
  const { signers, faults } = parseAllowedSigners(
    `ada@example.com ${options} ${signer.type} ${signer.publicKey} a comment\n`,
  );
  assert.equal(faults, []);
  return { signers, pgpKeys: "" };
}

const signed = (signer: SshSigner, options?: SshSigningOptions, text = commit): Buffer =>
  withSignature(text, signer.sign(Buffer.from(text), options));

const stateOf = async (raw: Uint8Array, trust: Trust): Promise<string> => (await verifyCommit(raw, trust)).state;

const types = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];
const tokens = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];
const ed25519 = sshSigner("ssh-ed25519");

for (const type of [...types, ...tokens]) {
  test(`${type}: good, of somebody else, and with bytes of the commit changed`, async () => {
    const signer = sshSigner(type);
    const trust = trusting(signer);
    const raw = signed(signer);
    assert.equal(await verifyCommit(raw, trust), { state: "good", signer: "ada@example.com", reason: "" });
    assert.is(await stateOf(raw, trusting(sshSigner(type))), "untrusted");
    // Every byte with the quickest key; with the others enough of each part.
    const step = type === "ssh-ed25519" ? 1 : 11;
    for (let at = 0; at < raw.length; at += step) {
      const changed = Buffer.from(raw);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.is.not(await stateOf(changed, trust), "good", `byte ${at} of ${raw.length}`);
    }
  });
}

const wrong: readonly (readonly [string, SshSigner, SshSigningOptions, string])[] = [
  ["another namespace", ed25519, { namespace: "file" }, "bad"],
  ["an unknown hash", ed25519, { hash: "md5" }, "bad"],
  ["SHA-1 in RSA", sshSigner("ssh-rsa"), { algorithm: "ssh-rsa" }, "bad"],
  ["an algorithm of another key", ed25519, { algorithm: "ecdsa-sha2-nistp256" }, "bad"],
  ["a token that nobody touched", sshSigner(tokens[0] ?? ""), { flags: 0 }, "bad"],
];

for (const [name, signer, options, expected] of wrong) {
  test(`${name} is ${expected}`, async () => {
    assert.is(await stateOf(signed(signer, options), trusting(signer)), expected);
  });
}

test("RSA with SHA-256 counts, a short RSA key is not let in", async () => {
  const signer = sshSigner("ssh-rsa");
  assert.is(await stateOf(signed(signer, { algorithm: "rsa-sha2-256" }), trusting(signer)), "good");
  const short = sshSigner("ssh-rsa", 1_024);
  assert.match(parseAllowedSigners(`a ssh-rsa ${short.publicKey}`).faults.join(), /line 1: .*too weak/);
});

test("unsigned, signed twice, signed in an unknown way, and too large", async () => {
  const trust = trusting(ed25519);
  assert.is(await stateOf(Buffer.from(commit), trust), "unsigned");
  const twice = withSignature(signed(ed25519).toString("latin1"), ed25519.sign(Buffer.from(commit)), "gpgsig-sha256");
  assert.is(await stateOf(twice, trust), "bad");
  assert.is(await stateOf(withSignature(commit, "-----BEGIN SIGNED MESSAGE-----\nMII=\n"), trust), "untrusted");
  assert.is(await stateOf(withSignature(commit, "nothing"), trust), "untrusted");
  assert.is(await stateOf(Buffer.alloc(1_048_577, 0x61), trust), "bad");
  // What looks like a signature in the message is none.
  assert.is(await stateOf(Buffer.from(`${commit}\ngpgsig -----BEGIN SSH SIGNATURE-----\n`), trust), "unsigned");
});

test("the time of the commit, the purpose and the principal are the file's to say", async () => {
  const at = (options: string) => stateOf(signed(ed25519), trusting(ed25519, options));
  assert.is(await at('valid-after="20250101",valid-before="20270101Z"'), "good");
  assert.is(await at('valid-before="20260101000000"'), "untrusted");
  assert.is(await at('valid-after="202601010001"'), "untrusted");
  assert.is(await at('namespaces="file,g?t"'), "good");
  assert.is(await at('namespaces="file"'), "untrusted");
});

const faulty: readonly (readonly [string, RegExp])[] = [
  ["ada", /must be: PRINCIPALS/],
  [`ada ssh-rsa ${ed25519.publicKey}`, /another type/],
  [`ada cert-authority ssh-ed25519 ${ed25519.publicKey}`, /cert-authority is not known/],
  [`ada valid-before="20261399" ssh-ed25519 ${ed25519.publicKey}`, /is no time/],
  [`ada ssh-ed25519 ${ed25519.publicKey.slice(0, 40)}`, /cannot be read|cut short/],
  ["ada ssh-dss AAAAB3NzaC1kc3M=", /not known here/],
];

for (const [line, expected] of faulty) {
  test(`a line of signers is refused whole: ${line.slice(0, 40)}`, () => {
    const { faults } = parseAllowedSigners(`# comment\n\n${line}\n`);
    assert.match(faults.join("\n"), expected);
    assert.match(faults.join("\n"), /^line 3: /);
  });
}

test("no bytes throw", async () => {
  const trust = trusting(ed25519);
  const armor = fc.base64String().map((text) => `-----BEGIN SSH SIGNATURE-----\n${text}\n-----END SSH SIGNATURE-----`);
  const raw = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => Buffer.from(`tree x\n${text}`)),
    armor.map((text) => withSignature(commit, text)),
  );
  await fc.assert(
    fc.asyncProperty(raw, async (bytes) => {
      assert.is.not(await stateOf(bytes, trust), "good");
    }),
  );
});

async function pgpSigned(text: string, options: object = {}) {
  const { privateKey, publicKey } = await openpgp.generateKey({
    ...{ type: "ecc", curve: "ed25519Legacy", userIDs: [{ name: "Ada", email: "ada@example.com" }], format: "object" },
    date: new Date("2026-01-01T00:00:00Z"),
  });
  const message = await openpgp.createMessage({ binary: Buffer.from(text) });
  const signature = await openpgp.sign({
    ...{ message, signingKeys: privateKey, detached: true, date: new Date("2026-02-01T00:00:00Z"), ...options },
  });
  return { raw: withSignature(text, String(signature).replaceAll("\r", "")), pgpKeys: publicKey.armor() };
}

test("OpenPGP: good, of somebody else, changed, and without any key", async () => {
  const { raw, pgpKeys } = await pgpSigned(commit);
  assert.equal(await verifyCommit(raw, { signers: [], pgpKeys }), {
    ...{ state: "good", signer: "Ada <ada@example.com>", reason: "" },
  });
  const other = await pgpSigned(commit);
  assert.is(await stateOf(raw, { signers: [], pgpKeys: other.pgpKeys }), "untrusted");
  assert.is(await stateOf(raw, { signers: [], pgpKeys: other.pgpKeys + pgpKeys }), "good");
  assert.is(await stateOf(raw, { signers: [], pgpKeys: "" }), "untrusted");
  assert.is(
    await stateOf(withSignature(commit, "-----BEGIN PGP SIGNATURE-----\n\nx\n"), { signers: [], pgpKeys }),
    "bad",
  );
});

test("OpenPGP: whatever byte is changed, what is good is exactly what was signed", async () => {
  const { raw, pgpKeys } = await pgpSigned(commit);
  const start = raw.indexOf("gpgsig");
  const end = raw.indexOf("\n\n");
  for (let at = 0; at < raw.length; at += 1) {
    const isSignature = at >= start && at < end;
    if (isSignature && at % 3 !== 0) continue;
    const changed = Buffer.from(raw);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const state = await stateOf(changed, { signers: [], pgpKeys });
    if (!isSignature) assert.is.not(state, "good", `byte ${at}`);
    else if (state === "good") {
      // Armor and unhashed parts of a signature can be written otherwise; the commit's own content cannot.
      const parts = splitCommit(changed);
      assert.is(typeof parts === "string" ? parts : Buffer.from(parts.payload).toString("utf8"), commit, `byte ${at}`);
    }
  }
});

interface Recorded {
  readonly allowedSigners: string;
  readonly pgpKeys: string;
  readonly commits: Readonly<Record<string, string>>;
  /** Signed by an allowed key, but over SHA-1. */
  readonly sha1: string;
}

test("what Git itself signed with ssh-keygen and GnuPG holds, changed it does not", async () => {
  const file = new URL("../fixtures/signatures/git.json", import.meta.url);
  const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  const { signers, faults } = parseAllowedSigners(recorded.allowedSigners);
  assert.equal(faults, []);
  const trust = { signers, pgpKeys: recorded.pgpKeys };
  for (const [name, base64] of Object.entries(recorded.commits)) {
    const raw = Buffer.from(base64, "base64");
    const expected = name === "unsigned" ? "unsigned" : "good";
    assert.is(await stateOf(raw, trust), expected, name);
    const changed = Buffer.from(raw);
    const last = changed.length - 2;
    changed[last] = (changed[last] ?? 0) ^ 1;
    assert.is.not(await stateOf(changed, trust), "good", name);
  }
  const { state, reason } = await verifyCommit(Buffer.from(recorded.sha1, "base64"), trust);
  assert.is(state, "bad");
  assert.match(reason, /SHA1/i);
});

test.run();
