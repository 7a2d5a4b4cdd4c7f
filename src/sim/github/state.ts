import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../core/json.ts";
import { readLines } from "../lines.ts";

/** What a person or program may do in a repository, by GitHub's role names. */
export type Role = "admin" | "maintain" | "write" | "triage" | "read";

/** An account. */
export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot";
}

/** One credential: whose it is, and until when. */
export interface Token {
  readonly token: string;
  readonly login: string;
  /** Absent for people's tokens, which do not end. */
  readonly expiresAt?: string;
  /** Installation the token was minted for. */
  readonly installation?: number;
  /** What a fine-grained or installation token may do; absent: everything its owner may. */
  readonly permissions?: Readonly<Record<string, "read" | "write">>;
}

/** One repository. */
export interface Project {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly roles: Readonly<Record<string, Role>>;
  readonly createdAt: string;
  readonly pushedAt: string;
  /** Number the next issue or pull request gets. */
  readonly nextNumber: number;
  /** A repository that is somewhere else and is served from there; absent: a bare one of our own. */
  readonly folder?: string;
}

/** An issue, or with `pull` a pull request. */
export interface Thread {
  readonly id: number;
  readonly project: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly user: string;
  readonly state: "open" | "closed";
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt?: string;
  readonly labels: readonly string[];
  readonly pull?: Pull;
}

/** What makes a thread a pull request. */
export interface Pull {
  readonly isDraft: boolean;
  readonly headProject: string;
  readonly headBranch: string;
  readonly headCommit: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  /** The trial merge; absent when there is none. */
  readonly mergeCommit?: string;
  readonly isMergeable: boolean;
  readonly mergedAt?: string;
  readonly mergedBy?: string;
}

/** One comment of a thread. */
export interface Comment {
  readonly id: number;
  readonly project: string;
  readonly number: number;
  readonly user: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Why it was folded away; absent while it stands open. */
  readonly minimized?: string;
}

/** One status of a commit. */
export interface Status {
  readonly id: number;
  readonly project: string;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly user: string;
  readonly createdAt: string;
}

/** One check run with its annotations. */
export interface CheckRun {
  readonly id: number;
  readonly project: string;
  readonly sha: string;
  readonly name: string;
  readonly externalId: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly detailsUrl: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly JsonObject[];
  readonly app: number;
  readonly startedAt: string;
  readonly completedAt: string | null;
}

/** One reaction to a comment. */
export interface Reaction {
  readonly id: number;
  readonly comment: number;
  readonly user: string;
  readonly content: string;
  readonly createdAt: string;
}

/** One deployment, or one status of one. */
export interface DeploymentRecord {
  readonly id: number;
  readonly project: string;
  readonly sha: string;
  readonly environment: string;
  readonly user: string;
  readonly createdAt: string;
  readonly ref: string;
  readonly task: string;
  readonly description: string | null;
  /** Set for a status: the deployment it belongs to. */
  readonly deployment?: number;
  readonly state?: string;
  readonly targetUrl?: string;
}

/** A GitHub App and where it is installed. */
export interface AppRecord {
  readonly id: number;
  readonly slug: string;
  readonly owner: string;
  /** PEM; what signs its tokens is checked against it. */
  readonly publicKey: string;
  readonly permissions: Readonly<Record<string, "read" | "write">>;
}

/** One installation of an app on the repositories of an account. */
export interface Installation {
  readonly id: number;
  readonly app: number;
  readonly account: string;
}

/** Where deliveries go. */
export interface Hook {
  readonly id: number;
  readonly project: string;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  readonly createdAt: string;
}

/** The branches of a project as they were when its pull requests last followed them. */
export interface SeenBranches {
  readonly project: string;
  /** Full ref name → commit. */
  readonly commits: Readonly<Record<string, string>>;
}

/** Everything the world holds, by kind. */
export interface Tables {
  users: User;
  tokens: Token;
  projects: Project;
  threads: Thread;
  comments: Comment;
  statuses: Status;
  checkRuns: CheckRun;
  reactions: Reaction;
  deployments: DeploymentRecord;
  apps: AppRecord;
  installations: Installation;
  hooks: Hook;
  branches: SeenBranches;
}

/** The world's memory: every write is in the journal before it is answered. */
export interface State {
  all<Kind extends keyof Tables>(kind: Kind): readonly Tables[Kind][];
  get<Kind extends keyof Tables>(kind: Kind, key: string | number): Tables[Kind] | undefined;
  put<Kind extends keyof Tables>(kind: Kind, key: string | number, value: Tables[Kind]): void;
  drop(kind: keyof Tables, key: string | number): void;
  /** A number nobody has had before. */
  nextId(): number;
  close(): void;
}

/** Opens the memory kept in a folder; without a folder nothing survives the process. */
export function openState(folder: string | undefined): State {
  const tables = new Map<string, Map<string, unknown>>();
  let serial = 1_000;
  const table = (kind: string): Map<string, unknown> => {
    const found = tables.get(kind) ?? new Map<string, unknown>();
    tables.set(kind, found);
    return found;
  };
  const path = folder === undefined ? undefined : join(folder, "journal.ndjson");
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const line of path === undefined ? [] : readLines(path)) {
    if (typeof line.serial === "number") serial = Math.max(serial, line.serial);
    if (typeof line.kind !== "string" || typeof line.key !== "string") continue;
    if (line.value === undefined) table(line.kind).delete(line.key);
    else table(line.kind).set(line.key, line.value);
  }
  const file = path === undefined ? undefined : compact(path, tables, serial);
  const append = (line: object): void => {
    // A write handed to the system survives the death of this process.
    if (file !== undefined) writeSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    all: (kind) => [...table(kind).values()] as never,
    get: (kind, key) => table(kind).get(String(key)) as never,
    put(kind, key, value) {
      append({ kind, key: String(key), value });
      table(kind).set(String(key), value);
    },
    drop(kind, key) {
      append({ kind, key: String(key) });
      table(kind).delete(String(key));
    },
    nextId() {
      serial += 1;
      append({ serial });
      return serial;
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

/** Rewrites the journal without what is gone, and opens it for more. */
function compact(path: string, tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>, serial: number): number {
  const fresh = openSync(`${path}.new`, "w");
  const lines = [JSON.stringify({ serial })];
  for (const [kind, rows] of tables) for (const [key, value] of rows) lines.push(JSON.stringify({ kind, key, value }));
  writeSync(fresh, `${lines.join("\n")}\n`);
  closeSync(fresh);
  renameSync(`${path}.new`, path);
  return openSync(path, "a");
}
