import { createHash } from "node:crypto";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commitFiles, git } from "../support/git.ts";
import { failure, idOf } from "../support/repositories.ts";
import type { InWorld } from "./repository-world.ts";

const signal = new AbortController().signal;

/** What every repository promises of commits, files, differences and bytes. */
export function testReading(inWorld: InWorld): void {
  inWorld("finds a commit by branch, full ref, tag, id and short id", async ({ repository, workTree, publish }) => {
    const first = await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await git(workTree, "tag", "--annotate", "--message", "first", "v1");
    const second = await commitFiles(workTree, { "a.yaml": "a: 2\n" });
    await git(workTree, "branch", "team/feature", first);
    await publish();
    const table: readonly (readonly [string, string])[] = [
      ["main", second],
      ["refs/heads/main", second],
      ["HEAD", second],
      ["team/feature", first],
      ["refs/tags/v1", first],
      ["v1", first],
      [second, second],
      [second.slice(0, 10), second],
    ];
    for (const [ref, expected] of table) assert.is(await repository.head(ref, signal), expected, ref);
  });

  inWorld("says which ref is unknown, and that a person is needed", async ({ repository, workTree, publish }) => {
    await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await publish();
    await repository.head("main", signal);
    for (const ref of [
      "absent",
      "refs/heads/absent",
      "refs/tags/v9",
      "abcdef1",
      "../../etc/passwd",
      "a..b",
      "",
      "-x",
    ]) {
      const error = await failure(repository.head(ref, signal));
      assert.is(error.code, "unknown-ref", ref);
      assert.is(error.next, "person", ref);
    }
  });

  inWorld("gives the very bytes of a commit", async ({ repository, workTree, publish }) => {
    const id = await commitFiles(workTree, { "a.yaml": "a: 1\n" }, "Grüße\n\nno end ");
    await publish();
    await repository.head("main", signal);
    const raw = Buffer.from(await repository.rawCommit(id));
    const actual = createHash("sha1").update(`commit ${raw.length}\0`).update(raw).digest("hex");
    assert.is(actual, id);
    const tree = await git(workTree, "rev-parse", "HEAD^{tree}");
    assert.is((await failure(repository.rawCommit(tree.trim()))).code, "not-a-commit");
  });

  inWorld("tells the facts of a commit", async ({ repository, workTree, publish }) => {
    const first = await commitFiles(workTree, { "a.yaml": "a: 1\n" }, "Begin\n\nWith a body.");
    const second = await commitFiles(workTree, { "a.yaml": "a: 2\n" }, "Grüße 🚀");
    await publish();
    const id = await repository.head("main", signal);
    const seconds = Number(await git(workTree, "log", "-1", "--format=%at"));
    assert.equal(await repository.commit(id), {
      id: second,
      parents: [first],
      author: "Ada Lovelace",
      authoredAtSeconds: seconds,
      subject: "Grüße 🚀",
    });
  });

  inWorld("lists files sorted, without links and submodules", async ({ repository, workTree, publish }) => {
    await symlink("/etc/passwd", join(workTree, "link"));
    await commitFiles(workTree, {
      "fleet/b.yaml": "b\n",
      "fleet/a/deep/é ü.yaml": "e\n",
      "fleet.yaml": "f\n",
      "fleet-old/c.yaml": "c\n",
      "run.sh": "#!/bin/sh\n",
    });
    await git(workTree, "update-index", "--chmod=+x", "run.sh");
    const id = await git(workTree, "rev-parse", "HEAD");
    await git(workTree, "update-index", "--add", "--cacheinfo", `160000,${id},module`);
    await git(workTree, "commit", "--quiet", "--message", "Link a module");
    await publish();
    const head = await repository.head("main", signal);
    const paths = async (prefix: string) => (await repository.files(head, prefix)).map((file) => file.path);
    const all = ["fleet-old/c.yaml", "fleet.yaml", "fleet/a/deep/é ü.yaml", "fleet/b.yaml", "run.sh"];
    assert.equal(await paths(""), all);
    assert.equal(await paths("fleet"), ["fleet/a/deep/é ü.yaml", "fleet/b.yaml"]);
    assert.equal(await paths("./fleet/a/"), ["fleet/a/deep/é ü.yaml"]);
    assert.equal(await paths("fleet.yaml"), ["fleet.yaml"]);
    for (const nothing of ["absent", "fleet.yaml/x", "link", "module"]) assert.equal(await paths(nothing), [], nothing);
    const expected = await git(workTree, "rev-parse", "HEAD:fleet/b.yaml");
    assert.is((await repository.files(head, "fleet/b.yaml"))[0]?.blobId, expected);
  });

  inWorld("gives the files that differ between two commits", async ({ repository, workTree, publish }) => {
    const from = await commitFiles(workTree, {
      "fleet/same.yaml": "s\n",
      "fleet/edit.yaml": "1\n",
      "fleet/gone.yaml": "g\n",
      "fleet/file-to-folder": "x\n",
      "other/o.yaml": "o\n",
    });
    await publish();
    assert.is(await repository.head("main", signal), from);
    const to = await commitFiles(workTree, {
      "fleet/edit.yaml": "2\n",
      "fleet/gone.yaml": undefined,
      "fleet/new/n.yaml": "n\n",
      "fleet/file-to-folder": undefined,
      "other/o.yaml": "p\n",
    });
    const last = await commitFiles(workTree, { "fleet/file-to-folder/inner": "y\n" });
    await publish();
    await repository.head("main", signal);
    const blob = async (commit: string, path: string) => await git(workTree, "rev-parse", `${commit}:${path}`);
    assert.equal(await repository.changed(from, last, "fleet"), [
      {
        path: "fleet/edit.yaml",
        before: await blob(from, "fleet/edit.yaml"),
        after: await blob(last, "fleet/edit.yaml"),
      },
      { path: "fleet/file-to-folder", before: await blob(from, "fleet/file-to-folder"), after: undefined },
      { path: "fleet/file-to-folder/inner", before: undefined, after: await blob(last, "fleet/file-to-folder/inner") },
      { path: "fleet/gone.yaml", before: await blob(from, "fleet/gone.yaml"), after: undefined },
      { path: "fleet/new/n.yaml", before: undefined, after: await blob(last, "fleet/new/n.yaml") },
    ]);
    assert.equal(await repository.changed(last, last, ""), []);
    assert.equal(await repository.changed(from, to, "absent"), []);
    const others = await repository.changed(from, last, "other");
    assert.equal(
      others.map((file) => file.path),
      ["other/o.yaml"],
    );
  });

  inWorld("gives the exact bytes of blobs", async ({ repository, workTree, publish }) => {
    const binary = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    await commitFiles(workTree, { binary, empty: "", "crlf.txt": "a\r\nb", twin: "a\r\nb" });
    await publish();
    const head = await repository.head("main", signal);
    const files = await repository.files(head, "");
    const ids = files.map((file) => file.blobId);
    const content = await repository.read([...ids, ...ids], signal);
    const text = (path: string) => Buffer.from(content.get(idOf(files, path)) ?? []).toString("latin1");
    assert.is(content.size, 3);
    assert.is(text("binary"), Buffer.from(binary).toString("latin1"));
    assert.is(text("empty"), "");
    assert.is(text("crlf.txt"), "a\r\nb");
    assert.is((await repository.read([], signal)).size, 0);
  });
}
