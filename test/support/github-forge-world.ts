import type { Forge, Permission } from "../../src/forge/forge.ts";
import { createGithubForge } from "../../src/forge/github/index.ts";
import type { GithubCredentials, GithubOptions } from "../../src/forge/github/options.ts";
import { runGit } from "../../src/sim/github/git.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/sim/github/index.ts";
import { mergePull } from "../../src/sim/github/merging.ts";
import { closePull, openPull } from "../../src/sim/github/pulls.ts";
import { addComment } from "../../src/sim/github/routes/issues.ts";
import type { Comment, Project, Thread } from "../../src/sim/github/state.ts";
import { projectKey, threadKey } from "../../src/sim/github/world.ts";
import type { ForgeWorld, MadePull } from "../contract/forge-world.ts";
import { type Gate, openGate } from "./github-gate.ts";

const [owner, name] = ["acme", "fleet"];
const key = projectKey({ owner, name });
const searchPath = process.env.PATH ?? "";
const by = { name: "Ann", email: "ann@example.com", date: "2026-01-01T00:00:00Z" };
const glances: Readonly<Record<string, string>> = { eyes: "seen", rocket: "done", "-1": "refused" };

/** How we are known there. */
export type GithubIdentity = "token" | "app";

/** A forge on an embedded GitHub, with the GitHub itself. */
export interface GithubForgeWorld extends ForgeWorld {
  readonly github: GithubSimulator;
  /** What every request passes, and where it goes wrong when a test says so. */
  readonly gate: Gate;
  /** Who we are there. */
  readonly login: string;
  /** Our own comments in a conversation as they are stored, oldest first. */
  comments(thread: number): readonly Comment[];
  /** A forge with other options on the same project. */
  open(options: Partial<GithubOptions>): Forge;
}

/** Runs a test on an embedded GitHub and fails it when a request or answer was not GitHub's way. */
export async function onGithubForge(
  identity: GithubIdentity,
  work: (world: GithubForgeWorld) => Promise<void>,
  options: { readonly forge?: Partial<GithubOptions>; readonly nowIso?: () => string } = {},
): Promise<void> {
  const { nowIso } = options;
  const github = await startGithubSimulator({ searchPath, ...(nowIso !== undefined && { nowIso }) });
  const gate = await openGate(github.url);
  const open: Forge[] = [];
  try {
    await github.addProject({ owner, name, isPrivate: true, roles: { ann: "write", plumb: "write" } });
    await github.addProject({ owner: "eve", name, isPrivate: true });
    const credentials = credentialsOf(github, identity);
    const openForge = (more: Partial<GithubOptions> = {}): Forge => {
      const forge = createGithubForge({
        ...{ name: "github", apiUrl: `${gate.url}/api/v3`, webUrl: github.url, owner, repository: name, version: "1" },
        ...{ credentials, retryDelayMs: 1, ...options.forge, ...more },
      });
      open.push(forge);
      return forge;
    };
    await work(await worldOf({ github, gate }, openForge, identity === "app" ? "plumbline[bot]" : "plumb"));
    await github.settle();
    const violations = github.violations();
    if (violations.length > 0) throw new Error(`not GitHub's way:\n${violations.join("\n")}`);
  } finally {
    await Promise.all(open.map((forge) => forge.close()));
    await gate.close();
    await github.close();
  }
}

function credentialsOf(github: GithubSimulator, identity: GithubIdentity): GithubCredentials {
  if (identity === "token") {
    const token = github.addToken("plumb");
    return { kind: "token", token: async () => token };
  }
  const { appId, privateKey } = github.addApp("plumbline", owner);
  return { kind: "app", appId: String(appId), privateKey: async () => privateKey };
}

async function worldOf(
  { github, gate }: Pick<GithubForgeWorld, "github" | "gate">,
  openForge: (options?: Partial<GithubOptions>) => Forge,
  login: string,
): Promise<GithubForgeWorld> {
  const { world } = github;
  const { state } = world;
  const project = (): Project => state.get("projects", key) as Project;
  const git = await world.git(project());
  let serial = 0;

  async function commitOn(branch: string, parent: string | undefined): Promise<string> {
    serial += 1;
    const id = await git.writeBlob(Buffer.from(`serial: ${serial}\n`));
    const base = parent === undefined ? undefined : (await git.commit(parent))?.tree;
    const path = parent === undefined ? "web.yaml" : `${branch}.yaml`;
    const tree = await git.writeTree(base, [{ path, mode: "100644", id }]);
    return await git.commitTree(tree, parent === undefined ? [] : [parent], `Change ${branch}`, by);
  }

  async function pushed(branch: string, commit: string): Promise<void> {
    await git.setRef(`refs/heads/${branch}`, commit);
    await github.noticePush(owner, name, "ann");
  }

  const base = await commitOn("main", undefined);
  await pushed("main", base);
  const threadAt = (number: number): Thread => state.get("threads", threadKey(key, number)) as Thread;
  const own = (thread: number): readonly Comment[] =>
    state
      .all("comments")
      .filter((comment) => comment.project === key && comment.number === thread && comment.user === login);

  async function made(branch: string, user: string, headProject: string, more: object = {}): Promise<MadePull> {
    const head = await commitOn(branch, base);
    if (headProject === key) await pushed(branch, head);
    const thread = await openPull(world, project(), {
      ...{ title: `Change ${branch}`, body: "", user, headBranch: branch, headProject, headCommit: head },
      ...{ baseBranch: "main", ...more },
    });
    return { number: thread.number, head };
  }

  return {
    ...{ github, gate, login, comments: own, forge: openForge(), signal: new AbortController().signal, base },
    again: () => openForge(),
    open: openForge,
    openPull: (branch, more = {}) => made(branch, "ann", key, more),
    openFork: (branch) => made(branch, "eve", "eve/fleet"),
    async pushTo({ head }, branch) {
      const commit = await commitOn(branch, head);
      await pushed(branch, commit);
      return commit;
    },
    async merge(number) {
      const merged = await mergePull(world, project(), threadAt(number), { user: "ann", message: "", method: "merge" });
      if (merged === undefined) throw new Error(`#${number} does not merge`);
      return merged;
    },
    closePull: async (number) => void (await closePull(world, project(), threadAt(number))),
    say: async (thread, author, body) => void addComment(world, project(), threadAt(thread), author, body),
    setPermission(user, permission) {
      const { [user]: _before, ...others } = project().roles;
      if (permission === "none") state.put("projects", key, { ...project(), roles: others });
      else github.setRole(owner, name, user, permission satisfies Permission);
    },
    status(commit, context) {
      const found = state.all("statuses").findLast((status) => status.sha === commit && status.context === context);
      if (found === undefined) return undefined;
      return { state: found.state, description: found.description ?? "", targetUrl: found.targetUrl ?? "" };
    },
    texts: (thread) => own(thread).map(({ body }) => readable(body)),
    tickets: () =>
      state
        .all("threads")
        .filter((thread) => thread.project === key && thread.pull === undefined)
        .map(({ number, title, body, state: now }) => ({
          ...{ number, title, body: readable(body), isOpen: now === "open" },
        })),
    reactions(thread) {
      const newest = state.all("comments").findLast((one) => one.number === thread && one.user !== login);
      const given = state.all("reactions").filter(({ comment, user }) => comment === newest?.id && user === login);
      return given.map(({ content }) => glances[content] ?? content);
    },
    checks: (commit) =>
      state
        .all("checkRuns")
        .filter(({ sha }) => sha === commit)
        .map(({ conclusion, title, annotations }) => ({
          ...{ conclusion: conclusion ?? "", title: title ?? "" },
          lines: annotations.map(({ start_line }) => Number(start_line)),
        })),
    deployments() {
      const records = state.all("deployments");
      return records
        .filter(({ deployment }) => deployment === undefined)
        .map(({ id, environment }) => ({
          environment,
          state: records.findLast(({ deployment }) => deployment === id)?.state ?? "",
        }));
    },
    async file(branch, path) {
      const { output } = await runGit(searchPath, ["show", `${branch}:${path}`], { folder: git.folder });
      return output.toString("utf8");
    },
    // A repeated reaction is answered 200: nothing changed.
    writes: () =>
      github
        .traffic()
        .filter((line) => /^(POST .* 201|(PATCH|PUT) .* 200|DELETE .* 204)$/.test(line))
        .filter((line) => !line.includes("access_tokens")).length,
    breakDown: (isBroken) => github.setFaults(isBroken ? { unavailable: 1 } : {}),
  };
}

/** What people see of a body: the text below the hidden first line. */
function readable(body: string): string {
  return body.replace(/^<!-- plumbline:v1 .*? -->\n/, "");
}
