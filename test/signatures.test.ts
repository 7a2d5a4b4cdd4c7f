import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openSignatures } from "../src/compose/signatures.ts";
import type { RepositoryConfig } from "../src/config.ts";
import { reconcile } from "../src/reconcile.ts";
import type { SignatureVerdict } from "../src/repo/repository.ts";
import { commitText, sshSigner, withSignature } from "./repo/signing.ts";
import { inFolder } from "./support/folder.ts";
import { memoryRepository } from "./support/memory-repository.ts";
import { never, openScene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";

const test = suite("signatures");
const good: SignatureVerdict = { state: "good", signer: "ada", reason: "" };
const unsigned: SignatureVerdict = { state: "unsigned", signer: "", reason: "it is not signed" };

test("an unsigned head is refused, whoever approves it, and the signed commit before it stays the wanted one", async () => {
  const scene = openScene();
  const signed = new Set([scene.commit("network/a")]);
  const signatures = async (commit: string) => (signed.has(commit) ? good : unsigned);
  const look = () => reconcile({ ...scene.world(), signatures }, "scheduled", { stopping: never, signal: never });
  assert.equal(
    (await look()).map(({ kind }) => kind),
    ["applied"],
  );
  scene.commit("network/b");
  scene.first.remove("network/a");
  const [refused, kept] = await look();
  assert.equal([refused?.kind, kept?.kind], ["refused", "applied"]);
  assert.equal(
    refused?.refusals.map(({ rule }) => rule),
    ["signature/required"],
  );
  assert.match(
    refused?.refusals[0]?.message ?? "",
    /may not be applied: it is not signed\. This branch needs signed commits/,
  );
  assert.ok((refused?.plan?.changes.length ?? 0) > 0, "the plan is shown all the same");
  assert.equal(scene.keys(), ["network/a"]);
  signed.add(scene.repository.headId());
  assert.equal(
    (await look()).map(({ kind }) => kind),
    ["applied"],
  );
  assert.equal(scene.keys(), ["network/b"]);
});

const tracked = (requireSigned: object): RepositoryConfig =>
  ({
    requireSigned: { allowedSigners: undefined, pgpKeys: undefined, ...requireSigned },
  }) as unknown as RepositoryConfig;

test("keys are read anew for each look, and a file that became unusable lets nothing through", () =>
  inFolder(async (folder) => {
    const allowedSigners = join(folder, "signers");
    const signer = sshSigner("ssh-ed25519");
    writeFileSync(allowedSigners, `ada@example.com ${signer.type} ${signer.publicKey}\n`);
    const raw = withSignature(commitText(), signer.sign(Buffer.from(commitText())));
    const repository = { ...memoryRepository(), rawCommit: async () => raw };
    const judge = await openSignatures(tracked({ allowedSigners }), repository);
    assert.equal(await judge?.("x"), { state: "good", signer: "ada@example.com", reason: "" });
    writeFileSync(allowedSigners, "");
    assert.is((await judge?.("x"))?.state, "untrusted");
    writeFileSync(allowedSigners, "nonsense");
    const verdict = await judge?.("x");
    assert.is(verdict?.state, "bad");
    assert.match(verdict?.reason ?? "", /allowed keys cannot be used: .*line 1/);
  }));

test("files that cannot be used are told at the start", () =>
  inFolder(async (folder) => {
    const start = (requireSigned: object) =>
      openSignatures(tracked(requireSigned), memoryRepository()).then(
        () => "started",
        (error: Error) => error.message,
      );
    const file = join(folder, "keys");
    assert.match(await start({ allowedSigners: file }), /cannot be read/);
    writeFileSync(file, "nothing");
    assert.match(await start({ allowedSigners: file }), /fault in line 1/);
    assert.match(await start({ pgpKeys: file }), /holds no armored OpenPGP public key/);
    assert.is(await openSignatures({} as RepositoryConfig, memoryRepository()), undefined);
  }));

test.run();
