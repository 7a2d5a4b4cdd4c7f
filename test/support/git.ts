import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An environment in which Git behaves the same on every machine. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TEMPLATE_DIR: "",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada Lovelace",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada Lovelace",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** Runs Git in a folder and gives what it printed, without the last line break. */
export async function git(folder: string, ...parameters: readonly string[]): Promise<string> {
  const settings = ["-c", "protocol.file.allow=always", "-c", "gc.auto=0", "-c", "init.defaultBranch=main"];
  const { stdout } = await run("git", [...settings, ...parameters], { cwd: folder, env: gitEnvironment });
  return stdout.replace(/\n$/, "");
}

/** A new empty folder of the test's own. */
export async function scratchFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "plumbline-test-"));
}

/** Removes a scratch folder. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Writes files below a folder; undefined removes one. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array | undefined>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(folder, path);
    await mkdir(dirname(whole), { recursive: true });
    if (content === undefined) await rm(whole, { recursive: true, force: true });
    else await writeFile(whole, content);
  }
}

/** Writes files into a work tree and commits everything that changed; gives the commit's id. */
export async function commitFiles(
  workTree: string,
  files: Readonly<Record<string, string | Uint8Array | undefined>>,
  message = "Change files",
): Promise<string> {
  await writeFiles(workTree, files);
  await git(workTree, "add", "--all");
  await git(workTree, "commit", "--quiet", "--allow-empty", "--message", message);
  return await git(workTree, "rev-parse", "HEAD");
}
