import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { sshSigner } from "../repo/signing.ts";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/signatures");

test("plan and doctor say that a commit may not be applied, because nobody who may signed it", () =>
  inFolder(async (folder) => {
    const edge = await startEdgeSimulator({});
    try {
      const repository = join(folder, "repository");
      await mkdir(repository);
      await git(repository, "init", "-q", "-b", "main");
      await writeFile(
        join(repository, "network.yaml"),
        "apiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: {name: main}\nspec: {ipam: {mode: Auto}}\n",
      );
      await git(repository, "add", "-A");
      await git(repository, "commit", "-qm", "Describe it");
      const signer = sshSigner("ssh-ed25519");
      await writeFile(join(folder, "signers"), `ada@example.com ${signer.type} ${signer.publicKey}\n`);
      const config = join(folder, "plumbline.yaml");
      await writeFile(
        config,
        `apiVersion: plumbline.dev/v1
fleet: test
state: state
repositories: [{path: ${repository}, requireSigned: {allowedSigners: signers}}]
providers: {edge: {endpoint: "${edge.url}"}}
`,
      );
      for (const command of ["plan", "apply", "doctor"]) {
        const { code, stdout } = await run([command, "--config", config]);
        assert.is(code, 1, stdout);
        assert.match(stdout.replace(/\s+/g, " "), "it is not signed. This branch needs signed commits.");
      }
    } finally {
      await edge.close();
    }
  }));

test.run();
