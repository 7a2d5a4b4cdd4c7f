import type { JsonObject } from "../../core/json.ts";

/** Something that happens later. Data, not a closure, so that a killed simulator goes on where it was. */
export interface NewDue {
  readonly atMs: number;
  /** Name of the effect, see effects.ts. */
  readonly effect: string;
  /** The resource it works on. */
  readonly path: string;
  /** The resource's id when it was scheduled; another incarnation of the name is left alone. */
  readonly id?: string;
  readonly fields?: JsonObject;
  /** The operation that waits for it. */
  readonly operation?: string;
}

/** A scheduled thing with its number; earlier numbers come first at the same time. */
export interface Due extends NewDue {
  readonly number: number;
}

/** What is due later, in order. */
export interface Queue {
  add(due: Due): void;
  /** Takes back an addition that is not in the journal. */
  forget(number: number): void;
  /** Puts back what was taken and is not in the journal as done. */
  restore(due: Due): void;
  /** Ends an entry by its number, when reading a journal. */
  drop(number: number): void;
  take(nowMs: number): Due | undefined;
  nextMs(): number | undefined;
  works(path: string): boolean;
  all(): readonly Due[];
  /** What changed since `settle`. */
  changes(): { readonly added: readonly Due[]; readonly gone: readonly number[] };
  settle(): void;
}

/** Makes an empty queue. */
export function createQueue(): Queue {
  let dues: Due[] = [];
  let added: Due[] = [];
  let gone: number[] = [];
  const working = new Map<string, number>();
  const count = (due: Due, step: number): void => {
    if (due.operation === undefined) return;
    const left = (working.get(due.path) ?? 0) + step;
    if (left > 0) working.set(due.path, left);
    else working.delete(due.path);
  };
  const insert = (due: Due): void => {
    let index = dues.length;
    while (index > 0 && isAfter(dues[index - 1] as Due, due)) index -= 1;
    dues.splice(index, 0, due);
    count(due, 1);
  };
  const without = (number: number): void => {
    const found = dues.find((due) => due.number === number);
    if (found === undefined) return;
    dues = dues.filter((due) => due !== found);
    count(found, -1);
  };
  return {
    add: (due) => {
      insert(due);
      added.push(due);
    },
    forget: (number) => {
      without(number);
      added = added.filter((due) => due.number !== number);
    },
    restore: (due) => {
      insert(due);
      gone = gone.filter((number) => number !== due.number);
    },
    drop: without,
    take: (nowMs) => {
      const first = dues[0];
      if (first === undefined || first.atMs > nowMs) return undefined;
      dues.shift();
      count(first, -1);
      gone.push(first.number);
      return first;
    },
    nextMs: () => dues[0]?.atMs,
    works: (path) => working.has(path),
    all: () => dues,
    changes: () => ({ added, gone }),
    settle: () => {
      added = [];
      gone = [];
    },
  };
}

function isAfter(left: Due, right: Due): boolean {
  return left.atMs === right.atMs ? left.number > right.number : left.atMs > right.atMs;
}
