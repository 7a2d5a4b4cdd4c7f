import type { Forge } from "../../../src/forge/forge.ts";
import { createGithubForge } from "../../../src/forge/github/index.ts";
import type { GithubOptions } from "../../../src/forge/github/options.ts";
import { startStub } from "./stub.ts";
import type { Stub } from "./stub-world.ts";

/** A forge on a stub of GitHub. */
export interface Scene {
  readonly stub: Stub;
  readonly forge: Forge;
  readonly signal: AbortSignal;
  /** Another process on the same repository, which remembers nothing. */
  again(): Forge;
}

/** Runs a test on a fresh stub and ends everything after it. */
export async function withForge(
  body: (scene: Scene) => Promise<void>,
  options: Partial<GithubOptions> = {},
): Promise<void> {
  const stub = await startStub();
  const open: Forge[] = [];
  const again = (): Forge => {
    const forge = createGithubForge({
      ...{ name: "github", apiUrl: stub.url, webUrl: "https://github.com", owner: "o", repository: "r", version: "1" },
      credentials: { kind: "token", token: async () => "ghp_0123456789abcdefghij" },
      retryDelayMs: 1,
      ...options,
    });
    open.push(forge);
    return forge;
  };
  try {
    await body({ stub, forge: again(), again, signal: new AbortController().signal });
  } finally {
    await Promise.all(open.map((forge) => forge.close()));
    await stub.close();
  }
}
