import { beginOperation, finishOperation, type OperationError } from "./operations.ts";
import type { Due } from "./queue.ts";
import type { World } from "./world.ts";

/** What happens when something is due; an error ends the operation that waits for it. */
export type Effect = (world: World, due: Due) => OperationError | undefined;

/** Lets everything happen that is due at a time. */
export function advance(world: World, effects: ReadonlyMap<string, Effect>, nowMs: number): void {
  for (let due = world.takeDue(nowMs); due !== undefined; due = world.takeDue(nowMs)) {
    const { operation, effect, atMs } = due;
    if (effect === "beginOperation" && operation !== undefined) beginOperation(world, operation, atMs);
    else if (effect === "finishOperation" && operation !== undefined) finishOperation(world, operation, atMs);
    else if (effect !== "nothing") {
      const act = effects.get(effect);
      if (act === undefined) throw new Error(`There is no effect ${effect}.`);
      const stored = world.get(due.path);
      // Another incarnation of the name has nothing to do with what was scheduled for the former one.
      const isSame = stored !== undefined && (due.id === undefined || stored.body.id === due.id);
      const error = isSame ? act(world, due) : undefined;
      if (error !== undefined && operation !== undefined) finishOperation(world, operation, atMs, error);
    }
  }
}
