import { schedule as cronSchedule, validateDetailed } from "node-cron";

/** Extras of a schedule. */
export interface ScheduleOptions {
  /** IANA name, e.g. `Europe/Berlin`; the machine's own unless said. */
  readonly timezone?: string;
  /** Told when a tick throws; without it the error is dropped, because a schedule must outlive its ticks. */
  readonly onError?: (error: unknown) => void;
}

const silent = { info: ignore, warn: ignore, error: ignore, debug: ignore };

/** Calls back on every tick of a cron expression (five fields, or six with seconds); never while the call before still runs. Gives the function that ends it. */
export function schedule(
  expression: string,
  onTick: () => void | Promise<void>,
  options: ScheduleOptions = {},
): () => Promise<void> {
  const wrong = scheduleProblem(expression, options.timezone);
  if (wrong !== undefined) throw new RangeError(wrong);
  const task = cronSchedule(
    expression,
    async () => {
      try {
        await onTick();
      } catch (error) {
        options.onError?.(error);
      }
    },
    {
      noOverlap: true,
      suppressMissedWarning: true,
      logger: silent,
      ...(options.timezone !== undefined && { timezone: options.timezone }),
    },
  );
  return async () => {
    await task.destroy();
  };
}

/** Says in words what is wrong with a cron expression or its time zone; undefined when both are fine. */
export function scheduleProblem(expression: string, timezone?: string): string | undefined {
  if (timezone !== undefined && !isTimezone(timezone)) return `Unknown time zone "${timezone}".`;
  const { valid, errors } = validateDetailed(expression);
  if (valid) return undefined;
  const reasons = errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  return `"${expression}" is not a cron expression${reasons === "" ? "" : ` (${reasons})`}.`;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function ignore(): void {
  // A schedule says nothing by itself; whoever made it hears of errors through onError.
}
