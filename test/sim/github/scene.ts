import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import {
  type GithubSimulator,
  type GithubSimulatorOptions,
  startGithubSimulator,
} from "../../../src/sim/github/index.ts";
import { git } from "../../support/git.ts";

/** A GitHub with the project `acme/fleet`, a clone of it, and people. */
export interface GithubScene {
  readonly github: GithubSimulator;
  /** A work tree whose `origin` is the project. */
  readonly clone: string;
  /** Writes files, commits and pushes a branch; gives the commit. */
  push(branch: string, files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** Asks the API as somebody; the body parsed. */
  ask(
    method: string,
    path: string,
    options?: { readonly token?: string; readonly body?: unknown; readonly headers?: Record<string, string> },
  ): Promise<Told>;
}

/** What the API answered. */
export interface Told {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  readonly headers: Headers;
}

/** Runs a test on a fresh GitHub, and fails it when anything there was not GitHub's way. */
export async function onGithub(
  work: (scene: GithubScene) => Promise<void>,
  more: Partial<GithubSimulatorOptions> = {},
): Promise<void> {
  const github = await startGithubSimulator({ searchPath: process.env.PATH ?? "", ...more });
  const folder = await mkdtemp(join(tmpdir(), "plumbline-clone-"));
  try {
    await github.addProject({
      owner: "acme",
      name: "fleet",
      roles: { ann: "write", bob: "read", cas: "maintain", dan: "triage" },
    });
    for (const login of ["acme", "ann", "bob", "cas", "dan", "eve"]) github.addToken(login, `token-of-${login}`);
    const origin = github.url.replace("http://", "http://ann:token-of-ann@");
    await git(folder, "init", "-q", "-b", "main", ".");
    await git(folder, "remote", "add", "origin", `${origin}/acme/fleet.git`);
    const scene: GithubScene = {
      ...{ github, clone: folder },
      async push(branch, files, message = `Change ${branch}`) {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), text);
        }
        await git(folder, "add", "-A");
        await git(folder, "commit", "-qm", message, "--allow-empty");
        await git(folder, "push", "-qf", "origin", `HEAD:refs/heads/${branch}`);
        return await git(folder, "rev-parse", "HEAD");
      },
      async ask(method, path, { token = "token-of-ann", body, headers = {} } = {}) {
        const response = await fetch(`${github.apiUrl}${path}`, {
          method,
          headers: { "user-agent": "test", ...(token !== "" && { authorization: `Bearer ${token}` }), ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return { code: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
      },
    };
    await scene.push("main", { "web.yaml": "a: 1\n" }, "Begin");
    await work(scene);
    assert.equal(github.violations(), []);
  } finally {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  }
}
