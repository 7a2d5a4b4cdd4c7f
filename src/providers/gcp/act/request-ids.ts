import { createHash, randomUUID } from "node:crypto";
import type { Order } from "../../provider.ts";

/** Deterministic request ids: a repeated request is recognised by the server, a new attempt after a known end is not held for the old one. */
export interface RequestIds {
  /** The id for one step of an order. */
  idOf(order: Order, step: string): string;
  /** The operation under this id has ended: the next attempt is a new request. */
  spend(order: Order, step: string): void;
}

const remembered = 10_000;

/** Makes request ids. The first attempt of every process repeats one id, which is what finds a lost answer again. */
export function createRequestIds(): RequestIds {
  const attempts = new Map<string, string>();
  const baseOf = ({ fleet, specHash, change }: Order, step: string): string =>
    [fleet, change.address, specHash, change.observed?.id ?? "", change.action, step].join("\n");
  return {
    idOf(order, step) {
      const base = baseOf(order, step);
      return uuidOf(`${base}\n${attempts.get(base) ?? ""}`);
    },
    spend(order, step) {
      const base = baseOf(order, step);
      attempts.delete(base);
      // By chance: a count would begin anew in each process, and repeat what ended in those before it.
      attempts.set(base, randomUUID());
      const oldest = attempts.keys().next().value;
      if (attempts.size > remembered && oldest !== undefined) attempts.delete(oldest);
    },
  };
}

/** The text's digest in the form of a UUID made from a name (version 5). */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
