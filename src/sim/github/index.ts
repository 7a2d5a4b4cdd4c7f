import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Json } from "../../core/json.ts";
import { listen } from "../listen.ts";
import { lockDirectory } from "../lock.ts";
import { type Controls, serveControl } from "./control.ts";
import { loadDescription } from "./description/check.ts";
import { createFaults, type FaultOptions } from "./faults.ts";
import { type Hands, handsOf } from "./hands.ts";
import { type Courier, createCourier } from "./hooks.ts";
import { createLimits, type LimitOptions } from "./limits.ts";
import { servePage } from "./pages/index.ts";
import { afterPush } from "./pulls.ts";
import { serveRepository } from "./repositories.ts";
import { type ServerParts, serveApi } from "./server.ts";
import { gitPath } from "./smart-http.ts";
import { openState } from "./state.ts";
import { gitShelf, projectKey, turns, type World } from "./world.ts";

/** How an embedded GitHub is started. */
export interface GithubSimulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Absent: nothing survives the process but what Git needs while it runs. */
  readonly dataDirectory?: string;
  readonly seed?: number;
  readonly faults?: FaultOptions;
  readonly limits?: LimitOptions;
  /** Whoever pushes without a password over loopback is this person; absent: pushing needs a token. */
  readonly pushesAs?: string;
  /** A pushed branch opens a pull request by itself. */
  readonly autoPull?: boolean;
  /** Search path for the git program. */
  readonly searchPath: string;
  readonly nowIso?: () => string;
}

/** A running simulator and what may be done to it behind everybody's back. */
export interface GithubSimulator extends Hands {
  /** Where people look; the API is below `/api/v3`, repositories at `/owner/name.git`. */
  readonly url: string;
  readonly apiUrl: string;
  readonly world: World;
  readonly courier: Courier;
  /** Where our own answers or deliveries were not GitHub's; a test that finds one has found a fault here. */
  violations(): readonly string[];
  /** Requests answered so far, as `METHOD path code`. */
  traffic(): readonly string[];
  setFaults(options: FaultOptions): void;
  setLimits(options: LimitOptions): void;
  /** Lets pull requests follow after something moved a branch without a push. */
  noticePush(owner: string, name: string, user: string): Promise<void>;
  /** Prepares for the first review while nothing else is to do. */
  warm(): Promise<void>;
  /** Resolves when every delivery has arrived, or was found to have nowhere to go. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What the first review of a newcomer's pull request needs, in that order. */
const reviewed: readonly string[] = [
  ...[
    "push",
    "pull-request-opened",
    "GET /repos/{owner}/{repo}/pulls",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
  ],
  ...["POST /repos/{owner}/{repo}/statuses/{sha}", "GET /repos/{owner}/{repo}/commits/{ref}/check-runs"],
  ...["POST /repos/{owner}/{repo}/check-runs", "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}"],
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  ...["issue-comment-created", "pull-request-synchronize", "check-run-completed"],
];

const maxPushBytes = 256 * 1024 * 1024;
/** Starts a GitHub on loopback: REST, the GraphQL of reviews, smart HTTP over real repositories, signed webhooks. */
export async function startGithubSimulator(options: GithubSimulatorOptions): Promise<GithubSimulator> {
  const { dataDirectory } = options;
  const scratch = dataDirectory === undefined ? mkdtempSync(join(tmpdir(), "plumbline-github-")) : undefined;
  const folder = dataDirectory ?? (scratch as string);
  mkdirSync(folder, { recursive: true });
  const unlock = dataDirectory === undefined ? async () => undefined : await lockDirectory(dataDirectory, "github");
  const state = openState(dataDirectory);
  const courier = createCourier();
  const gitFolder = join(folder, "repositories");
  const violations: string[] = [];
  const description = loadDescription();
  const pending = new Set<Promise<void>>();
  let url = "";
  let isClosed = false;
  const nowIso = options.nowIso ?? (() => new Date().toISOString().replace(/\.\d+Z$/, "Z"));
  const world: World = {
    ...{ state, nowIso, url: () => url, git: gitShelf(options.searchPath, gitFolder) },
    ...{ autoPull: options.autoPull ?? false, inTurn: turns() },
    deliver(project, event, name, payload) {
      const hooks = state
        .all("hooks")
        .filter(
          (hook) =>
            hook.project === projectKey(project) &&
            (event === "ping" || hook.events.includes(event) || hook.events.includes("*")),
        );
      if (hooks.length === 0) return;
      const sending = payload(world).then(
        (body) => {
          violations.push(...description.deliveryFaults(name, body as never));
          for (const hook of hooks) courier.send(hook, event, body as Json);
        },
        (error: unknown) => void violations.push(`delivery ${name}: ${String((error as Error).stack)}`),
      );
      pending.add(sending);
      sending.finally(() => pending.delete(sending));
    },
  };
  const parts: ServerParts = {
    ...{ world, description, violations, traffic: [] },
    limits: createLimits(options.limits ?? {}),
    faults: createFaults(options.seed ?? 1, options.faults ?? {}),
  };
  const hands = handsOf(world);
  const controls: Controls = {
    ...hands,
    person: options.pushesAs,
    overview: () => ({
      kind: "github",
      projects: state.all("projects").map(({ owner, name }) => `${owner}/${name}`),
      person: options.pushesAs ?? null,
      requests: parts.traffic.length,
      violations: [...violations],
    }),
  };
  const release = async (): Promise<void> => {
    state.close();
    await unlock();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  };
  const server = await listen((request, response) => {
    serve(parts, controls, options, request, response).catch((error: unknown) => {
      violations.push(String((error as Error).stack));
      response.destroy();
    });
  }, options.port ?? 0).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  url = server.url;
  const settle = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending);
    await courier.settle();
  };
  return {
    ...{ url, apiUrl: `${url}/api/v3`, world, courier },
    violations: () => violations,
    traffic: () => parts.traffic,
    setFaults: parts.faults.set,
    setLimits: parts.limits.set,
    ...hands,
    async noticePush(owner, name, user) {
      const project = state.get("projects", projectKey({ owner, name }));
      if (project !== undefined) await afterPush(world, project, user);
    },
    settle,
    async warm() {
      for (const name of reviewed) {
        await setImmediate();
        if (isClosed) return;
        description.prepare(name);
      }
    },
    async close() {
      isClosed = true;
      await settle();
      await server.close();
      await release();
    },
  };
}

async function serve(
  parts: ServerParts,
  controls: Controls,
  options: GithubSimulatorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxPushBytes) {
      response.writeHead(413).end();
      return;
    }
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  const place = gitPath(request.url ?? "");
  if (place !== undefined) return await serveRepository(parts.world, options, { request, response, raw }, place);
  if (await serveControl(controls, request, response, raw)) return;
  if (await servePage({ world: parts.world, actsAs: options.pushesAs }, request, response, raw)) return;
  await serveApi(parts, request, response, raw);
}
