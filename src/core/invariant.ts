/** A broken program, as opposed to bad input or a failing world: ends the process. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Asserts what must hold whatever the input is. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
