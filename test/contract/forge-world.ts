import type { Forge, Permission } from "../../src/forge/forge.ts";

/** A proposed change as people made it. */
export interface MadePull {
  readonly number: number;
  readonly head: string;
}

/** A forge under test and what stands there, seen from the side of people. */
export interface ForgeWorld {
  readonly forge: Forge;
  readonly signal: AbortSignal;
  /** Another process on the same repository, which remembers nothing. */
  again(): Forge;
  /** The newest commit of `main`. */
  readonly base: string;
  /** Ann asks for a new branch to be merged. */
  openPull(branch: string, more?: { readonly title?: string; readonly isDraft?: boolean }): Promise<MadePull>;
  /** Eve, who may not write, asks for a branch of her own copy. */
  openFork(branch: string): Promise<MadePull>;
  /** Another commit on the branch of a pull request. */
  pushTo(pull: MadePull, branch: string): Promise<string>;
  /** Gives the commit it became. */
  merge(number: number): Promise<string>;
  closePull(number: number): Promise<void>;
  /** Somebody writes a comment. */
  say(thread: number, author: string, body: string): Promise<void>;
  setPermission(user: string, permission: Permission): void;
  /** The newest status under a context. */
  status(
    commit: string,
    context: string,
  ): { readonly state: string; readonly description: string; readonly targetUrl: string } | undefined;
  /** What people read of ours in a conversation, comment by comment, oldest first, without hidden marks. */
  texts(thread: number): readonly string[];
  tickets(): readonly {
    readonly number: number;
    readonly title: string;
    readonly body: string;
    readonly isOpen: boolean;
  }[];
  /** How the newest comment of somebody in a thread was answered at a glance. */
  reactions(thread: number): readonly string[];
  checks(
    commit: string,
  ): readonly { readonly conclusion: string; readonly title: string; readonly lines: readonly number[] }[];
  deployments(): readonly { readonly environment: string; readonly state: string }[];
  /** A file at the tip of a branch. */
  file(branch: string, path: string): Promise<string>;
  /** How many calls have changed something so far. */
  writes(): number;
  /** From now on everything fails, or works again. */
  breakDown(isBroken: boolean): void;
}

/** A kind of forge under test; `run` ends everything it started. */
export interface ForgeKind {
  readonly name: string;
  run(work: (world: ForgeWorld) => Promise<void>): Promise<void>;
}

/** Runs one test of the contract in a fresh world. */
export type InForge = (title: string, body: (world: ForgeWorld) => Promise<void>) => void;
