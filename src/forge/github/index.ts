import { systemClock } from "../../runtime/clock.ts";
import type { Forge } from "../forge.ts";
import { createChecks } from "./checks.ts";
import { createClient } from "./client.ts";
import { createDeployments } from "./deployments.ts";
import { createLogin, type Desk } from "./desk.ts";
import { createNotes } from "./notes.ts";
import type { GithubOptions } from "./options.ts";
import { propose } from "./proposals.ts";
import { onePull, openPulls } from "./pulls.ts";
import { permissionOf, reactTo, remarksSince } from "./remarks.ts";
import { createStatuses } from "./statuses.ts";
import { createTickets } from "./tickets.ts";

/** The forge of one repository at GitHub. Nothing is asked before the first call. */
export function createGithubForge(options: GithubOptions): Forge {
  const { name, owner, repository, clock = systemClock } = options;
  const apiUrl = options.apiUrl.replace(/\/+$/, "");
  const webUrl = options.webUrl.replace(/\/+$/, "");
  const client = createClient({ ...options, apiUrl });
  const desk: Desk = { client, clock, owner, repository, login: createLogin(client) };
  const statuses = createStatuses(desk);
  const notes = createNotes(desk);
  const tickets = createTickets(desk);
  const checks = createChecks(desk);
  const deployments = createDeployments(desk);
  return {
    name,
    label: `${owner}/${repository}`,
    get hasChecks() {
      if (options.credentials.kind !== "app") return false;
      const granted = client.access.permissions();
      return granted === undefined || granted.checks === "write";
    },
    pulls: (signal) => openPulls(desk, signal),
    pull: (number, signal) => onePull(desk, number, signal),
    status: statuses.write,
    check: checks.write,
    note: notes.write,
    ticket: tickets.write,
    remarks: (sinceIso, signal) => remarksSince(desk, sinceIso, signal),
    react: (remark, reaction, signal) => reactTo(desk, remark, reaction, signal),
    permission: (user, signal) => permissionOf(desk, user, signal),
    propose: (proposal, signal) => propose(desk, proposal, signal),
    deployment: deployments.write,
    lineUrl: (commit, path, line) => {
      // Brackets would end a Markdown link.
      const encode = (part: string): string =>
        encodeURIComponent(part).replace(/[()!'*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
      const place = path.split("/").map(encode).join("/");
      return `${webUrl}/${owner}/${repository}/blob/${encodeURIComponent(commit)}/${place}#L${line}`;
    },
    budget: client.budget,
    token: () => client.asApp((access) => access.token(), AbortSignal.timeout(60_000)),
    close: client.close,
  };
}
