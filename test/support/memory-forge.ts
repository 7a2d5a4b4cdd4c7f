import type {
  CheckReport,
  CommitStatus,
  Forge,
  ForgeError,
  Note,
  Permission,
  Proposal,
  PullRequest,
  Remark,
  Ticket,
} from "../../src/forge/forge.ts";

/** A forge in memory that keeps what was written, as people would find it there. */
export interface MemoryForge extends Forge {
  readonly pullRequests: Map<number, PullRequest>;
  /** Statuses by `commit context`, the newest only. */
  readonly statuses: Map<string, CommitStatus>;
  /** Notes by `thread key`. */
  readonly notes: Map<string, readonly string[]>;
  readonly tickets: Map<string, Ticket>;
  readonly checks: Map<string, CheckReport>;
  readonly reactions: string[];
  readonly proposals: Proposal[];
  /** What was written, in order: `status …`, `note …`. A write that changes nothing is none. */
  readonly writes: string[];
  readonly permissions: Map<string, Permission>;
  /** Says something as somebody; gives the remark's id. */
  say(thread: number, author: string, body: string, more?: Partial<Remark>): string;
  /** Every call fails with this until it is taken back. */
  failure: ForgeError | undefined;
}

/** Makes an empty forge. */
export function memoryForge(nowIso: () => string): MemoryForge {
  const said: Remark[] = [];
  const write = (what: string): void => void forge.writes.push(what);
  const reach = (): void => {
    if (forge.failure !== undefined) throw forge.failure;
  };
  const forge: MemoryForge = {
    ...{ name: "memory", label: "acme/fleet", hasChecks: true, failure: undefined },
    pullRequests: new Map(),
    statuses: new Map(),
    notes: new Map(),
    tickets: new Map(),
    checks: new Map(),
    ...{ reactions: [], proposals: [], writes: [] },
    permissions: new Map([["ann", "write"]]),
    say(thread, author, body, more = {}) {
      const id = `r${said.length + 1}`;
      said.push({ ...{ id, thread, author, body, isPullRequest: true, isByBot: false, writtenAt: nowIso() }, ...more });
      return id;
    },
    async pulls() {
      reach();
      return [...forge.pullRequests.values()].filter(({ state }) => state === "open");
    },
    async pull(number) {
      reach();
      return forge.pullRequests.get(number);
    },
    async status(commit, status) {
      reach();
      const key = `${commit} ${status.context}`;
      if (JSON.stringify(forge.statuses.get(key)) === JSON.stringify(status)) return;
      forge.statuses.set(key, status);
      write(`status ${status.context} ${status.state}`);
    },
    async check(commit, report) {
      reach();
      forge.checks.set(`${commit} ${report.externalId}`, report);
      write(`check ${report.conclusion}`);
    },
    async note(thread, note: Note) {
      reach();
      const key = `${thread} ${note.key}`;
      if (JSON.stringify(forge.notes.get(key)) === JSON.stringify(note.parts)) return "unchanged";
      forge.notes.set(key, note.parts);
      write(`note ${key}`);
      return "written";
    },
    async ticket(ticket) {
      reach();
      if (!ticket.isOpen && !forge.tickets.has(ticket.key)) return undefined;
      forge.tickets.set(ticket.key, ticket);
      write(`ticket ${ticket.isOpen ? "open" : "closed"}`);
      return 100;
    },
    async remarks(sinceIso) {
      reach();
      return said.filter(({ writtenAt }) => writtenAt >= sinceIso);
    },
    async react(remark, reaction) {
      reach();
      forge.reactions.push(`${remark.id} ${reaction}`);
    },
    permission: async (user) => forge.permissions.get(user) ?? "read",
    async propose(proposal) {
      reach();
      forge.proposals.push(proposal);
      return pullOf(100 + forge.proposals.length, "f".repeat(40), {
        headBranch: proposal.branch,
        title: proposal.title,
      });
    },
    deployment: async ({ environment, state }) => write(`deployment ${environment} ${state}`),
    lineUrl: (commit, path, line) => `https://forge.example/${commit}/${path}#L${line}`,
    budget: () => ({ limit: 0, remaining: 0, resetsAt: "", calls: 0 }),
    token: async () => undefined,
    close: async () => undefined,
  };
  return forge;
}

/** An open pull request of the branch `feature`. */
export function pullOf(number: number, headCommit: string, more: Partial<PullRequest> = {}): PullRequest {
  return {
    ...{ number, headCommit, title: `Change ${number}`, author: "bob", state: "open", isDraft: false, isFork: false },
    ...{ headBranch: "feature", baseBranch: "main", isMergeable: true, mergedCommit: undefined },
    url: `https://forge.example/pull/${number}`,
    ...more,
  };
}
