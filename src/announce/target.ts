import type { AnnouncementEvent } from "../report/announcement.ts";
import type { Letter } from "./outbox.ts";

/** Where announcements go: a console, a chat, a program of somebody. */
export interface Target {
  readonly name: string;
  readonly events: ReadonlySet<AnnouncementEvent>;
  /** Rejects with a DeliveryError when the letter did not arrive. */
  deliver(letter: Letter, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A letter did not arrive: `retry` later, or a `person` has to change something first. The message holds no secret. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly next: "retry" | "person";
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: { next: "retry" | "person"; retryAfterMs?: number | undefined }) {
    super(message);
    this.next = facts.next;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
