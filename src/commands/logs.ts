import { createLog, type Log } from "../runtime/log.ts";
import type { Shell } from "../shell.ts";
import type { Flags, Session } from "./session.ts";

/** The log of a command, as flags and configuration ask for it. */
export function logOf(shell: Shell, { config }: Session, flags: Flags): Log {
  return createLog({
    level: flags.logLevel ?? config.log.level,
    destination: shell.stderr,
    pretty: config.log.format === "text" || (config.log.format === "auto" && shell.stderr.isTerminal),
    redactor: shell.redactor,
  });
}
