/** A proposed change of the tracked branch, as the forge tells it. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly state: "open" | "merged" | "closed";
  readonly isDraft: boolean;
  /** Whether the head lives in another repository: written by somebody who may not be trusted with secrets. */
  readonly isFork: boolean;
  readonly headCommit: string;
  readonly headBranch: string;
  readonly baseBranch: string;
  /** Whether the forge can merge it; undefined while it has not looked. */
  readonly isMergeable: boolean | undefined;
  /** The commit it became on the base branch; undefined unless merged. */
  readonly mergedCommit: string | undefined;
  readonly url: string;
}

/** A mark on a commit. The forge cuts and cleans the description to what it takes. */
export interface CommitStatus {
  /** For example `plumbline/plan`. */
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string;
  /** Where to read more; empty for nowhere. */
  readonly targetUrl: string;
}

/** A remark on lines of one file of a commit. */
export interface CheckAnnotation {
  readonly path: string;
  /** First and last line, from 1. */
  readonly startLine: number;
  readonly endLine: number;
  readonly level: "notice" | "warning" | "failure";
  readonly title: string;
  readonly message: string;
}

/** The detailed verdict on a commit, with remarks on lines. Only some credentials may write one. */
export interface CheckReport {
  readonly name: string;
  /** Equal id, same report: it is updated, never doubled. */
  readonly externalId: string;
  readonly conclusion: "success" | "failure" | "neutral";
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly targetUrl: string;
  readonly annotations: readonly CheckAnnotation[];
}

/** What shall stand in a conversation under one key, whatever stands there now. */
export interface Note {
  /** Hidden in the text; with our authorship it finds the note again. Lower-case letters, digits, `/`, `-`, `.`. */
  readonly key: string;
  /** Markdown, already split to what one comment may hold. Parts that are no longer needed are removed; empty removes all. */
  readonly parts: readonly string[];
}

/** An issue that shall be open with this text, or closed. */
export interface Ticket {
  readonly key: string;
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
}

/** Something a person wrote in a conversation. */
export interface Remark {
  /** The forge's own id, stable. */
  readonly id: string;
  /** Number of the pull request or issue it stands in. */
  readonly thread: number;
  readonly isPullRequest: boolean;
  readonly author: string;
  /** Written by a program, us included. */
  readonly isByBot: boolean;
  /** Its text was changed after it was written, by its author or by anybody who may write. */
  readonly isEdited: boolean;
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
}

/** What somebody may do in the repository. */
export type Permission = "admin" | "write" | "read" | "none";

/** How a remark is answered at a glance. */
export type Reaction = "seen" | "done" | "refused";

/** Files to be changed on a new branch, and the pull request that asks for it. Proposing the same again changes nothing. */
export interface Proposal {
  readonly branch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  readonly title: string;
  readonly body: string;
  readonly message: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** How far one environment has come with a commit. */
export interface Deployment {
  readonly commit: string;
  /** For example a fleet and a location: `example/DFW`. */
  readonly environment: string;
  readonly state: "in_progress" | "success" | "failure";
  readonly description: string;
  readonly targetUrl: string;
}

/** What is left of the forge's patience, for metrics and for putting comments off. */
export interface ForgeBudget {
  readonly limit: number;
  readonly remaining: number;
  /** ISO 8601, UTC; empty when unknown. */
  readonly resetsAt: string;
  /** Calls made since the start. */
  readonly calls: number;
  /** Those of them that were asked on condition and answered with "nothing changed": they cost nothing. */
  readonly unchanged: number;
  /** Those of them that made something people are told of. */
  readonly content: number;
  /** How many more of these may be made at once before they are held back. */
  readonly contentRemaining: number;
}

/**
 * A place where changes are reviewed and people read. Every method says what shall be, not what to call: repeating one changes nothing.
 * Nothing here decides; a failure is a ForgeError and never fails a pass.
 */
export interface Forge {
  readonly name: string;
  /** What to call the repository in messages, e.g. `owner/name`. */
  readonly label: string;
  /** Every open pull request. Costs nothing counted while nothing changed. */
  pulls(signal: AbortSignal): Promise<readonly PullRequest[]>;
  /** One pull request, freshly read; undefined when there is none. */
  pull(number: number, signal: AbortSignal): Promise<PullRequest | undefined>;
  /** Writes a status unless the last one under its context says the same. */
  status(commit: string, status: CommitStatus, signal: AbortSignal): Promise<void>;
  /** Says whether checks with lines can be written; without, statuses and the note must do. */
  readonly hasChecks: boolean;
  check(commit: string, report: CheckReport, signal: AbortSignal): Promise<void>;
  /** Makes the note under this key read like this; says whether anything was written. */
  note(thread: number, note: Note, signal: AbortSignal): Promise<"written" | "unchanged">;
  /** Opens, updates or closes the issue under this key; gives its number, undefined when there is none. */
  ticket(ticket: Ticket, signal: AbortSignal): Promise<number | undefined>;
  /** What was written in conversations since a moment (ISO 8601), oldest first. */
  remarks(sinceIso: string, signal: AbortSignal): Promise<readonly Remark[]>;
  react(remark: Remark, reaction: Reaction, signal: AbortSignal): Promise<void>;
  permission(user: string, signal: AbortSignal): Promise<Permission>;
  propose(proposal: Proposal, signal: AbortSignal): Promise<PullRequest>;
  deployment(deployment: Deployment, signal: AbortSignal): Promise<void>;
  /** Address of a line of a file at a commit, for links in comments. */
  lineUrl(commit: string, path: string, line: number): string;
  budget(): ForgeBudget;
  /** What git may read the repository with; undefined when nothing is needed. */
  token(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Sorted by what happens next: `retry` later, wait for the `quota`, or a `person` has to change something. */
export class ForgeError extends Error {
  override readonly name = "ForgeError";
  /** `auth`, `permission`, `not-found`, `rate-limit`, `unreachable`, `invalid`, `conflict`, … */
  readonly code: string;
  readonly next: "retry" | "quota" | "person";
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    facts: { code: string; next: "retry" | "quota" | "person"; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.next = facts.next;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Why it is time to look at the forge again. It carries no truth. */
export interface ForgeHint {
  readonly kind: "push" | "pull" | "remark" | "other";
  /** Which pull request, when the hint names one. */
  readonly number: number | undefined;
}
