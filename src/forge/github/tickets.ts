import type { Json } from "../../core/json.ts";
import { ForgeError, type Ticket } from "../forge.ts";
import { type Desk, isBy } from "./desk.ts";
import { refuseLongBody, titleText } from "./limits.ts";
import { isSameBody, markedBody, markerOf } from "./marker.ts";
import { createLocks, createMemory } from "./memory.ts";
import { numberAt, textAt, valueAt } from "./wire.ts";

const rememberedTickets = 500;
const maxPages = 20;
const needs = "issues: write";

/** Issues that stand under a key. */
export interface Tickets {
  write(ticket: Ticket, signal: AbortSignal): Promise<number | undefined>;
}

/** Keeps one issue per key: opened, updated, closed and opened again, never doubled. */
export function createTickets(desk: Desk): Tickets {
  const numbers = createMemory<number>(rememberedTickets);
  const locked = createLocks();
  return {
    write: (ticket, signal) =>
      locked(ticket.key, async () => {
        const body = markedBody(ticket.key, 1, 1, ticket.body);
        const title = titleText(ticket.title);
        refuseLongBody(body, "Write an issue");
        const known = numbers.get(ticket.key);
        const standing =
          (known === undefined ? undefined : await readIssue(desk, known, signal)) ??
          (await find(desk, ticket.key, signal))[0];
        if (standing === undefined) {
          if (!ticket.isOpen) return undefined;
          const number = await create(desk, ticket.key, { title, body }, signal);
          numbers.set(ticket.key, number);
          return number;
        }
        const number = numberAt(standing, "number");
        numbers.set(ticket.key, number);
        await update(desk, standing, { title, body, isOpen: ticket.isOpen }, signal);
        return number;
      }),
  };
}

async function update(
  desk: Desk,
  standing: Json,
  wanted: { readonly title: string; readonly body: string; readonly isOpen: boolean },
  signal: AbortSignal,
): Promise<void> {
  const isOpen = textAt(standing, "state") === "open";
  const isSame = textAt(standing, "title") === wanted.title && isSameBody(textAt(standing, "body"), wanted.body);
  if (isSame && isOpen === wanted.isOpen) return;
  const state = wanted.isOpen ? "open" : "closed";
  const reason = isOpen === wanted.isOpen ? {} : { state_reason: wanted.isOpen ? "reopened" : "completed" };
  const number = numberAt(standing, "number");
  await patch(desk, number, { title: wanted.title, body: wanted.body, state, ...reason }, signal);
}

async function patch(
  desk: Desk,
  number: number,
  fields: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const call = {
    route: "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
    with: { issue_number: number, ...fields },
    ...{ doing: `Update issue #${number}`, needs, kind: "content" as const },
  };
  await desk.client.call(call, signal);
}

async function create(
  desk: Desk,
  key: string,
  { title, body }: { readonly title: string; readonly body: string },
  signal: AbortSignal,
): Promise<number> {
  const route = "POST /repos/{owner}/{repo}/issues";
  const call = { route, with: { title, body }, doing: "Open an issue", needs, kind: "content" as const, once: true };
  try {
    await desk.client.call(call, signal);
  } catch (error) {
    if (!(error instanceof ForgeError) || error.next !== "retry") throw error;
    const [lost] = await find(desk, key, signal);
    if (lost === undefined) throw error;
  }
  const [first, ...doubles] = await find(desk, key, signal);
  if (first === undefined) {
    throw new ForgeError("Open an issue: it is not listed yet.", { code: "unavailable", next: "retry" });
  }
  // Issues cannot be deleted: what two of us opened at the same moment is closed, and loses its marker.
  for (const double of doubles) {
    const number = numberAt(double, "number");
    const text = `A double of #${numberAt(first, "number")}.`;
    await patch(desk, number, { body: text, state: "closed", state_reason: "not_planned" }, signal);
  }
  return numberAt(first, "number");
}

/** Our issues under a key, oldest first. */
async function find(desk: Desk, key: string, signal: AbortSignal): Promise<readonly Json[]> {
  const login = await desk.login(signal);
  const call = {
    route: "GET /repos/{owner}/{repo}/issues",
    with: { state: "all", creator: login, sort: "created", direction: "desc" },
    ...{ doing: "Look for our issue", needs: "issues: read" },
  };
  const issues = await desk.client.list(call, maxPages, signal);
  return issues
    .filter((issue) => valueAt(issue, "pull_request") === undefined && isBy(login, issue))
    .filter((issue) => markerOf(textAt(issue, "body"))?.key === key)
    .sort((left, right) => numberAt(left, "number") - numberAt(right, "number"));
}

/** A remembered issue; undefined when it was deleted or moved away. */
async function readIssue(desk: Desk, number: number, signal: AbortSignal): Promise<Json | undefined> {
  const call = {
    route: "GET /repos/{owner}/{repo}/issues/{issue_number}",
    with: { issue_number: number },
    ...{ doing: `Read issue #${number}`, needs: "issues: read" },
  };
  try {
    const found = await desk.client.find(call, signal);
    return found !== undefined && numberAt(found.data, "number") === number ? found.data : undefined;
  } catch (error) {
    // 410: issues that were deleted say so.
    if (error instanceof ForgeError && error.code === "invalid") return undefined;
    throw error;
  }
}
