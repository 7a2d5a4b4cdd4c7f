import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { addComment, mergePull, openGithubDesk, setPullState } from "../../src/sim/github/by-hand.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/sim/github/index.ts";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { type Program, start } from "../support/program.ts";
import type { Chance } from "./chance.ts";

const readyMs = 60_000;
const restMs = 45_000;
const secret = "deliveries";

/** Everything one history of reviews is played on. */
interface Ground {
  readonly github: GithubSimulator;
  readonly told: string[];
  /** Starts the daemon, killing the one that ran. */
  restart(): Promise<void>;
  push(branch: string, mtu: number): Promise<void>;
  /** The project as its owner uses it by hand. */
  readonly desk: Awaited<ReturnType<typeof openGithubDesk>>;
}

/**
 * Plays a seeded history of pushes, merges, requests, faults of the forge and killed daemons. When the faults stop, everything must
 * come to rest: nothing pending, nothing told twice, and every merge told what became of it. Gives what is wrong.
 */
export async function reviewAndCheck(
  seed: number,
  chance: Chance,
  steps: number,
  told: string[],
): Promise<readonly string[]> {
  return await inFolder(async (folder) => {
    const edge = await startEdgeSimulator({});
    const github = await startGithubSimulator({ searchPath: process.env.PATH ?? "", autoPull: true, seed });
    let program: Program | undefined;
    try {
      const ground = await openGround(folder, github, edge.url, told, (next) => {
        program?.signal("SIGKILL");
        program = next;
      });
      await ground.push("main", 1400);
      await ground.restart();
      for (let step = 0; step < steps; step += 1) await play(ground, chance);
      github.setFaults({});
      await ground.restart();
      const wrong = await rest(github);
      if (wrong.length > 0) told.push(...((program as Program | undefined)?.text().split("\n").slice(-40) ?? []));
      return wrong;
    } finally {
      program?.signal("SIGKILL");
      await program?.ended;
      await github.close();
      await edge.close();
    }
  });
}

async function openGround(
  folder: string,
  github: GithubSimulator,
  edgeUrl: string,
  told: string[],
  keep: (program: Program) => void,
): Promise<Ground> {
  await github.addProject({ owner: "acme", name: "fleet", roles: { ann: "write", you: "admin" } });
  const { appId, privateKey } = github.addApp("plumbline", "acme");
  const config = join(folder, "plumbline.yaml");
  await writeFile(join(folder, "app.pem"), privateKey);
  await writeFile(config, configText(github.apiUrl, edgeUrl, appId));
  const clone = join(folder, "clone");
  await mkdir(clone);
  await git(clone, "init", "-q");
  const address = github.url.replace("//", `//ann:${github.addToken("ann")}@`);
  await git(clone, "remote", "add", "origin", `${address}/acme/fleet.git`);
  return {
    ...{ github, told, desk: await openGithubDesk(github.url, "acme/fleet") },
    async restart() {
      const program = start(["run", "--config", config], { HOOK_SECRET: secret });
      keep(program);
      const said = await program.says(/(http\S+)\/ {2}\/healthz/, readyMs);
      github.dropHooks("acme", "fleet");
      github.addHook("acme", "fleet", `${said.split("/  ")[0]}/webhooks`, secret);
    },
    async push(branch, mtu) {
      // Faults are meant for the daemon: whoever pushes would only try again.
      await git(clone, "checkout", "-q", "-B", branch);
      await writeFile(join(clone, `${branch}.yaml`), manifest(branch, mtu));
      await git(clone, "add", "-A");
      await git(clone, "commit", "-qm", `Change ${branch} to ${mtu}`, "--allow-empty");
      await git(clone, "push", "-qf", "origin", branch);
      await git(clone, "fetch", "-q", "origin", "main");
      await git(clone, "checkout", "-q", "-B", "main", "origin/main");
    },
  };
}

function manifest(name: string, mtu: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: ${name}}
spec: {ipam: {mode: Auto}, mtu: ${mtu}}
`;
}

function configText(apiUrl: string, edgeUrl: string, appId: number): string {
  return `apiVersion: plumbline.dev/v1
fleet: test
state: state
repositories:
  - pollInterval: 1s
    github:
      repository: acme/fleet
      apiUrl: ${apiUrl}
      credentials: {kind: app, appId: ${appId}, privateKey: {file: app.pem}}
      webhookSecrets: [{env: HOOK_SECRET}]
providers: {edge: {endpoint: "${edgeUrl}"}}
retry: {firstDelay: 100ms, maxDelay: 1s}
server: {port: 0}
`;
}

const faults = [
  {},
  { lose: 0.2, methods: ["POST", "PATCH"] },
  { unavailable: 0.3 },
  { secondary: 0.1, methods: ["POST"] },
  { lose: 0.1, unavailable: 0.1 },
] as const;

/** One thing that people, the forge or fate do. What the forge refuses a person is as if nobody had asked. */
async function play({ github, desk, told, restart, push }: Ground, chance: Chance): Promise<void> {
  const threads = github.world.state.all("threads").filter(({ pull, state }) => pull !== undefined && state === "open");
  const thread = threads[chance.below(Math.max(1, threads.length))];
  const what = chance.pick(["push", "push", "push", "merge", "close", "ask", "kill", "kill", "wait"]);
  const number = String(thread?.number ?? "");
  told.push(`${what}${number === "" ? "" : ` (#${number})`}`);
  github.setFaults({});
  try {
    // Every fifth is no manifest at all.
    if (what === "push") await push(`net-${chance.below(3)}`, chance.happens(0.2) ? 1 : 1300 + chance.below(150));
    if (what === "merge" && thread !== undefined) await mergePull(desk, number);
    if (what === "close" && thread !== undefined) await setPullState(desk, number, "closed");
    if (what === "ask" && thread !== undefined)
      await addComment(desk, number, chance.pick(["/plan", "/help", "/aply"]));
  } catch (error) {
    told.push(`  refused: ${(error as Error).message.slice(0, 100)}`);
  }
  github.setFaults(chance.pick(faults));
  await delay(chance.below(600));
  if (what === "kill") await restart();
}

/** Waits until nothing is wrong any more; gives what is wrong when time is up. */
async function rest(github: GithubSimulator): Promise<readonly string[]> {
  const deadline = Date.now() + restMs;
  for (;;) {
    const wrong = wrongAt(github);
    if (wrong.length === 0 || Date.now() > deadline) return [...wrong, ...github.violations()];
    await delay(200);
  }
}

function wrongAt(github: GithubSimulator): readonly string[] {
  const { state } = github.world;
  const latest = new Map(
    state.all("statuses").map((status) => [`${status.sha.slice(0, 8)} ${status.context}`, status]),
  );
  const pending = [...latest].filter(([, status]) => status.state === "pending").map(([key]) => `${key} is pending`);
  const ours = state.all("comments").filter(({ user }) => user.endsWith("[bot]"));
  const keys = ours.map(({ number, body }) => `#${number} ${/key=\S+ part=\d+/.exec(body)?.[0] ?? "no key"}`);
  const runs = state.all("checkRuns").map(({ sha, externalId }) => `run ${sha.slice(0, 8)} ${externalId}`);
  const answers = state.all("reactions").map(({ comment, user, content }) => `reaction ${comment} ${user} ${content}`);
  const doubled = [...keys, ...runs, ...answers].filter((key, index, all) => all.indexOf(key) !== index);
  const unfinished = state.all("threads").flatMap(({ number, pull, state: standing }) => {
    if (pull === undefined) return [];
    const text = ours.find((comment) => comment.number === number && comment.body.includes("key=plan/"))?.body ?? "";
    if (standing === "open") {
      const marks = ["check", "plan"].filter((what) => !latest.has(`${pull.headCommit.slice(0, 8)} plumbline/${what}`));
      return [
        ...marks.map((what) => `#${number} has no ${what}`),
        ...(text === "" ? [`#${number} has no comment`] : []),
      ];
    }
    const isTold = /\*\*(Applied|Not applied|In place|What was done differs|There is no memory)/.test(text);
    return pull.mergedAt !== undefined && text !== "" && !isTold ? [`#${number} was merged and is told nothing`] : [];
  });
  return [...pending, ...doubled.map((key) => `twice: ${key}`), ...unfinished];
}
