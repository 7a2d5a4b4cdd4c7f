import { join } from "node:path";
import { openRepository, type RepositoryLimits } from "../../src/repo/index.ts";
import { repositorySuite } from "../contract/repository-suite.ts";
import type { RepositoryWorld } from "../contract/repository-world.ts";
import { git, removeFolder, scratchFolder } from "../support/git.ts";
import { startGitServer } from "../support/git-server.ts";

const fallbackPollMs = 60_000;

repositorySuite("a work tree on disk", async (limits) => {
  const folder = await scratchFolder();
  await git(folder, "init", "--quiet", "work");
  const workTree = join(folder, "work");
  const repository = await open(workTree, folder, limits, fallbackPollMs);
  return {
    repository,
    workTree,
    publish: async () => undefined,
    pack: async () => {
      await git(workTree, "gc", "--quiet", "--prune=now");
    },
    close: async () => {
      await repository.close();
      await removeFolder(folder);
    },
  };
});

repositorySuite("a bare repository on disk", async (limits) => {
  const shared = await withBare();
  const repository = await open(shared.bare, shared.folder, limits, fallbackPollMs);
  return {
    ...shared,
    repository,
    close: async () => {
      await repository.close();
      await removeFolder(shared.folder);
    },
  };
});

repositorySuite("a repository behind HTTP", async (limits) => {
  const shared = await withBare();
  const server = await startGitServer(shared.folder);
  const repository = await open(server.url("bare.git"), join(shared.folder, "state"), limits, 25);
  return {
    ...shared,
    repository,
    close: async () => {
      await repository.close();
      await server.close();
      await removeFolder(shared.folder);
    },
  };
});

async function open(location: string, stateDirectory: string, limits: RepositoryLimits, pollIntervalMs: number) {
  return await openRepository({ location, stateDirectory, limits, pollIntervalMs, pollJitter: 0.2 });
}

async function withBare(): Promise<
  Pick<RepositoryWorld, "workTree" | "publish" | "pack"> & { bare: string; folder: string }
> {
  const folder = await scratchFolder();
  await git(folder, "init", "--quiet", "work");
  await git(folder, "init", "--quiet", "--bare", "bare.git");
  const workTree = join(folder, "work");
  const bare = join(folder, "bare.git");
  return {
    folder,
    bare,
    workTree,
    publish: async () => {
      await git(
        workTree,
        "push",
        "--quiet",
        "--force",
        "--prune",
        bare,
        "refs/heads/*:refs/heads/*",
        "refs/tags/*:refs/tags/*",
      );
    },
    pack: async () => {
      await git(bare, "gc", "--quiet", "--prune=now");
    },
  };
}
