import type { Observed } from "../../../core/resource.ts";
import { type Order, ProviderError, type SecretLookup } from "../../provider.ts";
import type { Rest } from "../client/rest.ts";

/** What carrying out an order needs. */
export interface SecretBench {
  readonly provider: string;
  readonly rest: Rest;
  /** Gives what a Secret holds at the moment it is written. */
  readonly lookup: SecretLookup;
}

/** Somebody else wrote in between, or things are not visible everywhere yet: what is there now decides anew. */
const tries = 4;

/** Does something again from the beginning as long as somebody else writes in between. */
export async function untilUndisturbed<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      const disturbed = error instanceof ProviderError && (error.code === "conflict" || error.code === "changed");
      if (!disturbed || !error.retryable || count >= tries) throw error;
    }
  }
}

/** Whether something stands there already. */
export function isExists(error: unknown): boolean {
  return error instanceof ProviderError && error.code === "exists";
}

/** What was there when it was planned upon is not there any more. */
export function goneError(doing: string, resource: string): ProviderError {
  return new ProviderError(`${doing}: it is gone.`, { code: "changed", next: "retry", resource });
}

/** Refuses to go on when the living thing is not the one the order speaks of. */
export function checkOurs({ fleet, change }: Order, live: Observed, uid = change.resource?.uid): void {
  const { observed, action } = change;
  const { marker, key } = live;
  if (marker !== undefined && marker.fleet === fleet && marker.uid === (uid ?? observed?.marker?.uid)) return;
  // Without a marker it must at least be the very thing that was planned upon.
  const isSeen = observed !== undefined && observed.id === live.id;
  if (marker === undefined && isSeen && action !== "create") return;
  const holder = marker === undefined ? "is not ours" : `belongs to ${marker.address} of fleet ${marker.fleet}`;
  const message = `${key} stands there already and ${holder}.`;
  throw new ProviderError(message, { code: "conflict", next: "person", resource: key });
}
