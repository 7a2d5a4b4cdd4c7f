import type { Announcement } from "../report/announcement.ts";
import type { Store } from "../store/store.ts";

/** One announcement on its way to one target. */
export interface Letter {
  /** The same for the same news, also after a restart: receivers may refuse a second one. */
  readonly id: string;
  readonly target: string;
  /** Grows with every letter. */
  readonly order: number;
  /** When it was written, ISO 8601. */
  readonly at: string;
  readonly announcement: Announcement;
}

/** Letters that wait, durable, in order for each target. */
export interface Outbox {
  /** Takes letters in; durable when the promise resolves. Gives the ones that had to make room. */
  put(letters: readonly Letter[]): Promise<readonly Letter[]>;
  /** The letter that is next for a target. */
  first(target: string): Letter | undefined;
  drop(letter: Letter): Promise<void>;
  waiting(target: string): number;
}

const prefix = "outbox/";

/** How many letters may wait for one target; beyond, the oldest make room. */
export const maxWaiting = 500;

/** Opens the outbox with everything that waits since before. Letters to targets that are no more are forgotten. */
export async function openOutbox(
  store: Store,
  fleets: readonly string[],
  targets: readonly string[],
  limit: number = maxWaiting,
): Promise<Outbox> {
  const queues = new Map<string, Letter[]>(targets.map((target) => [target, []]));

  for (const fleet of fleets) {
    for (const [name, text] of await store.factsUnder(fleet, prefix)) {
      const letter = letterOf(text);
      const queue = letter === undefined ? undefined : queues.get(letter.target);
      if (letter === undefined || queue === undefined) await store.dropFact(fleet, name);
      else queue.push(letter);
    }
  }
  for (const queue of queues.values()) queue.sort((left, right) => left.order - right.order);

  async function drop(letter: Letter): Promise<void> {
    const queue = queues.get(letter.target) ?? [];
    const index = queue.indexOf(letter);
    if (index !== -1) queue.splice(index, 1);
    await store.dropFact(letter.announcement.fleet, nameOf(letter));
  }

  return {
    async put(letters) {
      const crowded: Letter[] = [];
      for (const letter of letters) {
        const queue = queues.get(letter.target);
        if (queue === undefined || queue.some(({ id }) => id === letter.id)) continue;
        await store.setFact(letter.announcement.fleet, nameOf(letter), JSON.stringify(letter));
        queue.push(letter);
        // The first may be on its way already.
        const oldest = queue.length > limit ? queue[1] : undefined;
        if (oldest === undefined) continue;
        crowded.push(oldest);
        await drop(oldest);
      }
      return crowded;
    },
    first: (target) => queues.get(target)?.[0],
    drop,
    waiting: (target) => queues.get(target)?.length ?? 0,
  };
}

function nameOf({ target, id }: Letter): string {
  return `${prefix}${target}/${id}`;
}

function letterOf(text: string): Letter | undefined {
  try {
    const letter = JSON.parse(text) as Partial<Letter>;
    const isWhole = typeof letter.id === "string" && typeof letter.order === "number" && letter.announcement;
    return isWhole ? (letter as Letter) : undefined;
  } catch {
    return undefined;
  }
}
