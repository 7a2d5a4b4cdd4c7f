import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../../core/json.ts";
import { listen } from "../listen.ts";
import { lockDirectory } from "../lock.ts";
import { accessOf } from "./access.ts";
import { Refusal } from "./answer.ts";
import { loadDescription } from "./description/check.ts";
import { createFaults, type FaultOptions } from "./faults.ts";
import { GitError } from "./git.ts";
import { type Courier, createCourier } from "./hooks.ts";
import { createLimits, type LimitOptions } from "./limits.ts";
import { afterPush } from "./pulls.ts";
import { type ServerParts, serveApi } from "./server.ts";
import { gitPath, serveGit } from "./smart-http.ts";
import { openState, type Role } from "./state.ts";
import { gitShelf, projectKey, reaches, roleOf, userOf, type World } from "./world.ts";

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

/** A project to begin with. */
export interface ProjectOptions {
  readonly owner: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly roles?: Readonly<Record<string, Role>>;
  readonly defaultBranch?: string;
}

/** A running simulator and what may be done to it behind everybody's back. */
export interface GithubSimulator {
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
  /** Makes a project that is not there yet, with its bare repository; gives the folder of that. */
  addProject(options: ProjectOptions): Promise<string>;
  /** A token of a person. */
  addToken(login: string, token: string): void;
  /** An app installed on an account; gives the id and the private key it signs with. */
  addApp(slug: string, account: string): { readonly appId: number; readonly privateKey: string };
  addHook(owner: string, name: string, url: string, secret: string): void;
  /** Moves pull requests after something changed a repository without a push. */
  noticePush(owner: string, name: string, before: ReadonlyMap<string, string>, user: string): Promise<void>;
  /** Resolves when every delivery has arrived, or was found to have nowhere to go. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const events = ["push", "pull_request", "issue_comment", "check_run", "check_suite", "ping"];
const maxPushBytes = 256 * 1024 * 1024;
const appPermissions = {
  ...({ contents: "write", pull_requests: "write", issues: "write", statuses: "write", checks: "write" } as const),
  ...({ deployments: "write", metadata: "read" } as const),
};

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
  const nowIso = options.nowIso ?? (() => new Date().toISOString().replace(/\.\d+Z$/, "Z"));
  const world: World = {
    ...{ state, nowIso, url: () => url, git: gitShelf(options.searchPath, gitFolder) },
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
  const server = await listen((request, response) => {
    serve(parts, options, gitFolder, request, response).catch((error: unknown) => {
      violations.push(String((error as Error).stack));
      response.destroy();
    });
  }, options.port ?? 0);
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
    async addProject({ owner, name, isPrivate = false, roles = {}, defaultBranch = "main" }) {
      const key = projectKey({ owner, name });
      const now = nowIso();
      userOf(state, owner);
      for (const login of Object.keys(roles)) userOf(state, login);
      const given = Object.fromEntries(Object.entries(roles).map(([login, role]) => [login.toLowerCase(), role]));
      const before = state.get("projects", key);
      const project = before ?? {
        ...{ id: state.nextId(), owner, name, defaultBranch, isPrivate, createdAt: now, pushedAt: now, nextNumber: 1 },
        roles: { [owner.toLowerCase()]: "admin" as const, ...given },
      };
      if (before === undefined) state.put("projects", key, project);
      return (await world.git(project)).folder;
    },
    addToken(login, token) {
      userOf(state, login);
      state.put("tokens", token, { token, login });
    },
    addApp(slug, account) {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const id = state.nextId();
      const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
      state.put("apps", id, { id, slug, owner: account, publicKey: pem, permissions: appPermissions });
      const installation = state.nextId();
      state.put("installations", installation, { id: installation, app: id, account });
      userOf(state, `${slug}[bot]`);
      return { appId: id, privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString() };
    },
    addHook(owner, name, hookUrl, secret) {
      const project = projectKey({ owner, name });
      const same = state.all("hooks").find((hook) => hook.project === project && hook.url === hookUrl);
      const id = same?.id ?? state.nextId();
      state.put("hooks", id, { id, project, url: hookUrl, secret, events, createdAt: nowIso() });
    },
    async noticePush(owner, name, before, user) {
      const project = state.get("projects", projectKey({ owner, name }));
      if (project !== undefined) await afterPush(world, project, before, user, options.autoPull ?? false);
    },
    settle,
    async close() {
      await settle();
      await server.close();
      state.close();
      await unlock();
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function serve(
  parts: ServerParts,
  options: GithubSimulatorOptions,
  gitFolder: string,
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
  if (place === undefined) await serveApi(parts, request, response, raw);
  else await serveRepository(parts, options, gitFolder, { request, response, raw }, place);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly raw: Buffer;
}

/** Clone, fetch and push, for those who may. A push has its consequences before it is answered. */
async function serveRepository(
  { world }: ServerParts,
  options: GithubSimulatorOptions,
  gitFolder: string,
  { request, response, raw }: Exchange,
  { owner, name, isPush }: { readonly owner: string; readonly name: string; readonly isPush: boolean },
): Promise<void> {
  const ask = (): void => void response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"' }).end();
  const project = world.state.get("projects", projectKey({ owner, name }));
  let login = isPush ? (options.pushesAs ?? "") : "";
  let isOurs = false;
  try {
    const { token } = accessOf(world.state, request.headers, world.nowIso());
    login = token?.login ?? login;
    const installation = world.state.get("installations", token?.installation ?? 0);
    isOurs = installation?.account.toLowerCase() === owner.toLowerCase();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return ask();
  }
  if (project === undefined)
    return void response.writeHead(login === "" ? 401 : 404, { "www-authenticate": 'Basic realm="GitHub"' }).end();
  if (!isOurs && !reaches(roleOf(project, login), isPush ? "write" : "read")) {
    if (login === "") return ask();
    return void response
      .writeHead(isPush && roleOf(project, login) !== undefined ? 403 : 404)
      .end("Permission denied.\n");
  }
  const git = await world.git(project);
  const before = request.method === "POST" && isPush ? await git.refs() : undefined;
  try {
    await serveGit(options.searchPath, gitFolder, request, response, raw, login || "reader", async () => {
      if (before !== undefined) await afterPush(world, project, before, login, options.autoPull ?? false);
    });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    response.writeHead(503, { "content-type": "text/plain" }).end(`${error.message}\n`);
  }
}
