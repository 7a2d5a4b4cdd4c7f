/** What one evaluation may still cost. There is one at a time: evaluating never waits and never runs twice at once. */
interface Meter {
  left: number;
  exceeded: boolean;
}

const meter: Meter = { left: 0, exceeded: true };

/** What an evaluation costs at most, in units of about one step of the engine. The same on every machine. */
export const defaultBudget = 1_000_000;

/** Text longer than this is never made. */
export const longestText = 1_000_000;

/** Opens a budget for everything that is evaluated until the next one. */
export function openBudget(units: number): void {
  meter.left = units;
  meter.exceeded = false;
}

/** Takes from the budget; false once it is spent. */
export function charge(units: number): boolean {
  meter.left -= units;
  if (meter.left < 0) meter.exceeded = true;
  return !meter.exceeded;
}

/** Whether more was asked than the budget holds. What was evaluated then means nothing. */
export function isExceeded(): boolean {
  return meter.exceeded;
}

/** What is left of the budget. */
export function unitsLeft(): number {
  return Math.max(0, meter.left);
}
