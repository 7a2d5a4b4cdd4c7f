import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRepository } from "../repo/index.ts";
import { createReleasers } from "../runtime/releasers.ts";
import type { Shell } from "../shell.ts";
import type { GithubSimulator } from "../sim/github/index.ts";
import { onKeptPort } from "./kept-port.ts";

/** The embedded GitHub, where the example repository is a project under review. */
export interface EmbeddedGithub {
  readonly url: string;
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly project: string;
  readonly appId: number;
  /** Where the app's private key is. */
  readonly keyFile: string;
  /** Where the secret is that deliveries are signed with. */
  readonly secretFile: string;
  /** Sends deliveries there from now on. */
  deliverTo(url: string): void;
  /** Prepares for the first review; to be called when nothing else is to do. */
  warm(): void;
  close(): Promise<void>;
}

const [owner, name, person, slug] = ["example", "fleet", "you", "plumbline"];
const pollIntervalMs = 2_000;

/** Serves the example repository as a project of a GitHub on loopback. Commits made in its work tree count as pushed. */
export async function openEmbeddedGithub(
  shell: Shell,
  stateDirectory: string,
  repository: string,
): Promise<EmbeddedGithub> {
  const folder = join(stateDirectory, "github");
  await mkdir(folder, { recursive: true });
  const releasers = createReleasers();
  try {
    const github = await start(shell, folder);
    releasers.push("github", () => github.close());
    await github.addProject({ owner, name, folder: repository, roles: { [person]: "admin" } });
    const keyFile = join(folder, "app.pem");
    const { appId } = github.addApp(slug, owner, await kept(keyFile, newKey));
    const secretFile = join(folder, "webhook-secret");
    const secret = await kept(secretFile, () => randomBytes(24).toString("hex"));
    github.dropHooks(owner, name);
    const following = await follow(github, repository, stateDirectory);
    releasers.push("following", following);
    return {
      ...{ url: github.url, apiUrl: github.apiUrl, project: `${owner}/${name}`, appId, keyFile, secretFile },
      deliverTo: (url) => github.addHook(owner, name, url, secret),
      warm: () => void github.warm(),
      close: async () => void (await releasers.release()),
    };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

/** Clones keep working when the daemon starts again: the same port, where it is still free. */
async function start(shell: Shell, dataDirectory: string): Promise<GithubSimulator> {
  const { startGithubSimulator } = await import("../sim/github/index.ts");
  const searchPath = shell.environment.PATH ?? "";
  const options = { dataDirectory, searchPath, pushesAs: person, autoPull: true };
  return await onKeptPort(join(dataDirectory, "port"), (port) => startGithubSimulator({ ...options, port }));
}

/** Lets pull requests follow what is committed in the work tree; gives what ends that. */
async function follow(github: GithubSimulator, location: string, stateDirectory: string): Promise<() => Promise<void>> {
  const repository = await openRepository({ location, stateDirectory, pollIntervalMs, pollJitter: 0 });
  let last = Promise.resolve();
  const notice = (): void => {
    // Git may be half way through a change: the next hint finds it whole.
    last = last.then(() => github.noticePush(owner, name, person)).catch(() => undefined);
  };
  const stop = await repository.watch(notice);
  notice();
  return async () => {
    await stop();
    await repository.close();
    await last;
  };
}

/** A secret of a world of one's own: made once, readable by its owner alone. */
async function kept(file: string, make: () => string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const text = make();
    await writeFile(file, text, { mode: 0o600 });
    return text;
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
