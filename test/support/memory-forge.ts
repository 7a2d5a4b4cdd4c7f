import type {
  CheckReport,
  CommitStatus,
  Deployment,
  Forge,
  ForgeError,
  Note,
  Permission,
  Proposal,
  PullRequest,
  Reaction,
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
  /** Numbers of tickets by key. */
  readonly ticketNumbers: Map<string, number>;
  /** By commit and environment. */
  readonly deployments: Map<string, Deployment>;
  /** Every reaction that changed something, in order. */
  readonly reactions: string[];
  /** How each remark is answered now. */
  readonly glances: Map<string, Reaction>;
  readonly proposals: Proposal[];
  /** What was written, in order: `status …`, `note …`. A write that changes nothing is none. */
  readonly writes: string[];
  readonly permissions: Map<string, Permission>;
  /** A number that no pull request or ticket has had. */
  nextNumber(): number;
  /** Says something as somebody; gives the remark's id. */
  say(thread: number, author: string, body: string, more?: Partial<Remark>): string;
  /** Every call fails with this until it is taken back. */
  failure: ForgeError | undefined;
}

/** Makes an empty forge. */
export function memoryForge(nowIso: () => string): MemoryForge {
  const said: Remark[] = [];
  const proposed = new Map<string, { readonly content: string; readonly number: number }>();
  let numbers = 0;
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
    ...{ ticketNumbers: new Map(), deployments: new Map(), glances: new Map() },
    ...{ reactions: [], proposals: [], writes: [] },
    nextNumber() {
      do numbers += 1;
      while (forge.pullRequests.has(numbers));
      return numbers;
    },
    permissions: new Map([["ann", "write"]]),
    say(thread, author, body, more = {}) {
      const id = `r${said.length + 1}`;
      said.push({
        ...{ id, thread, author, body, isPullRequest: true, isByBot: false, isEdited: false, writtenAt: nowIso() },
        ...more,
      });
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
      const key = `${commit} ${report.externalId}`;
      if (JSON.stringify(forge.checks.get(key)) === JSON.stringify(report)) return;
      forge.checks.set(key, report);
      write(`check ${report.conclusion}`);
    },
    async note(thread, note: Note) {
      reach();
      const key = `${thread} ${note.key}`;
      if (JSON.stringify(forge.notes.get(key) ?? []) === JSON.stringify(note.parts)) return "unchanged";
      if (note.parts.length === 0) forge.notes.delete(key);
      else forge.notes.set(key, note.parts);
      write(`note ${key}`);
      return "written";
    },
    async ticket(ticket) {
      reach();
      const before = forge.tickets.get(ticket.key);
      if (!ticket.isOpen && before === undefined) return undefined;
      const number = forge.ticketNumbers.get(ticket.key) ?? forge.nextNumber();
      forge.ticketNumbers.set(ticket.key, number);
      if (JSON.stringify(before) === JSON.stringify(ticket)) return number;
      forge.tickets.set(ticket.key, ticket);
      write(`ticket ${ticket.isOpen ? "open" : "closed"}`);
      return number;
    },
    async remarks(sinceIso) {
      reach();
      return said.filter(({ writtenAt }) => writtenAt >= sinceIso);
    },
    async react(remark, reaction) {
      reach();
      if (forge.glances.get(remark.id) === reaction) return;
      forge.glances.set(remark.id, reaction);
      forge.reactions.push(`${remark.id} ${reaction}`);
      write(`reaction ${reaction}`);
    },
    permission: async (user) => (/^[\w-]+$/.test(user) ? (forge.permissions.get(user) ?? "read") : "none"),
    async propose(proposal) {
      reach();
      const content = JSON.stringify(proposal.files);
      const known = proposed.get(proposal.branch);
      const standing = known === undefined ? undefined : forge.pullRequests.get(known.number);
      if (standing !== undefined && known?.content === content) return standing;
      const number = standing?.state === "open" ? standing.number : forge.nextNumber();
      const { branch: headBranch, title } = proposal;
      const pull = pullOf(number, content.length.toString(16).padStart(40, "f"), { headBranch, title });
      proposed.set(headBranch, { content, number });
      forge.pullRequests.set(number, pull);
      forge.proposals.push(proposal);
      write(`proposal ${headBranch}`);
      return pull;
    },
    async deployment(deployment) {
      reach();
      const key = `${deployment.commit} ${deployment.environment}`;
      if (JSON.stringify(forge.deployments.get(key)) === JSON.stringify(deployment)) return;
      forge.deployments.set(key, deployment);
      write(`deployment ${deployment.environment} ${deployment.state}`);
    },
    lineUrl(commit, path, line) {
      const place = encodeURIComponent(path).replaceAll("%2F", "/").replaceAll("(", "%28").replaceAll(")", "%29");
      return `https://forge.example/${commit}/${place}#L${line}`;
    },
    budget: () => ({ limit: 0, remaining: 0, resetsAt: "", calls: 0, unchanged: 0, content: 0, contentRemaining: 0 }),
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
