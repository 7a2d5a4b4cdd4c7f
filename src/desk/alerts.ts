import type { Stranger } from "../core/strangers.ts";
import type { Ticket } from "../forge/forge.ts";
import { facts } from "../reconcile.ts";
import { ticketMarkdown } from "../report/ticket.ts";
import { memoryOf, type Review } from "../review.ts";
import { deskFacts } from "./facts.ts";

/**
 * Tells drift where it matters: what an open pull request touches is told there (its review says so), the rest in one issue per fleet,
 * which is opened, kept true and closed again. Nothing is written while nothing changes.
 */
export async function alertDrift({ world, forge, say }: Review, signal: AbortSignal): Promise<void> {
  const { store, judges } = world;
  const { fleet } = judges;
  const reviews = [...(await store.factsUnder(fleet, "review/")).values()].map(memoryOf);
  const touched = new Set(reviews.flatMap((memory) => memory?.effects.map(({ address }) => address) ?? []));
  const incidents = (await store.openIncidents(fleet)).filter(({ address }) => !touched.has(address));
  const known = await store.fact(fleet, ticketFact);
  if (incidents.length === 0 && known === undefined) return;
  const ticket: Ticket = {
    key: `drift/${fleet}`,
    title: `Drift in fleet ${fleet}`,
    body: ticketMarkdown(fleet, incidents, strangersOf(await store.fact(fleet, facts.strangers)), bodyOf(known)),
    isOpen: incidents.length > 0,
  };
  const said = JSON.stringify([ticket.isOpen, ticket.body]);
  if (said === known) return;
  const number = await forge.ticket(ticket, signal);
  if (number !== undefined) await store.setFact(fleet, deskFacts.ticket, String(number));
  if (number !== undefined) say?.(`drift is told in issue #${number}${ticket.isOpen ? "" : ", closed now"}`);
  if (ticket.isOpen || number !== undefined) await store.setFact(fleet, ticketFact, said);
  if (!ticket.isOpen) await store.dropFact(fleet, ticketFact);
}

function bodyOf(said: string | undefined): string {
  if (said === undefined) return "";
  const [isOpen, body] = JSON.parse(said) as readonly [boolean, string];
  return isOpen ? body : "";
}

/** What the last pass saw in our networks; it never opens an issue by itself, because nobody has to do anything about it. */
function strangersOf(text: string | undefined): readonly Stranger[] {
  return text === undefined ? [] : (JSON.parse(text) as readonly Stranger[]);
}

const ticketFact = "drift-ticket";
