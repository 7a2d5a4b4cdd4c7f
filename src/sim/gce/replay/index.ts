import { loadDescription } from "../../../providers/gcp/description/load.ts";
import { compareAnswers, type Difference } from "./compare.ts";
import { type Explained, explained } from "./explained.ts";
import { type Replayed, readRecordings, type Session } from "./recordings.ts";
import { replaySession } from "./session.ts";

/** A difference with the reason that accepts it, if one does. */
export interface Judged extends Difference {
  readonly reason?: string;
}

/** One replayed request. */
export interface ReplayedExchange {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly differences: readonly Judged[];
}

/** What a replay found. */
export interface ReplayResult {
  readonly exchanges: readonly ReplayedExchange[];
  /** Requests to other services. */
  readonly skipped: number;
  readonly unexplained: number;
  readonly explained: number;
}

/** Runs every recording below a folder against a simulator and compares answer by answer. */
export async function replayFolder(folder: string): Promise<ReplayResult> {
  const description = loadDescription();
  const exchanges: ReplayedExchange[] = [];
  let skipped = 0;
  for (const session of readRecordings(folder)) {
    skipped += session.skipped;
    if (session.exchanges.length === 0) continue;
    for (const replayed of await replaySession(session, description)) exchanges.push(judge(session, replayed));
  }
  const all = exchanges.flatMap((exchange) => exchange.differences);
  const known = all.filter((one) => one.reason !== undefined).length;
  return { exchanges, skipped, unexplained: all.length - known, explained: known };
}

function judge(session: Session, replayed: Replayed): ReplayedExchange {
  const { exchange, sent, status, body } = replayed;
  const found = compareAnswers({ status: exchange.status, body: exchange.response }, { status, body });
  const differences = found.map((difference): Judged => {
    const reason = explained.find((one) => explains(one, difference, exchange.path, session.recordedAt))?.reason;
    return reason === undefined ? difference : { ...difference, reason };
  });
  return { file: session.file, method: exchange.method, path: sent, differences };
}

function explains(one: Explained, difference: Difference, path: string, recordedAt: string): boolean {
  if (one.kind !== difference.kind) return false;
  if (one.before !== undefined && !(recordedAt < one.before)) return false;
  if (one.simulated !== undefined && !one.simulated.test(difference.simulated)) return false;
  if (one.request !== undefined && !one.request.test(path)) return false;
  return new RegExp(`^(?:${one.path.source})$`).test(difference.path);
}

/** The result as text: each request on a line, its differences below it, and the sum at the end. */
export function replayText(result: ReplayResult): string {
  const lines: string[] = [];
  let file = "";
  for (const exchange of result.exchanges) {
    if (exchange.file !== file) lines.push(`\n${exchange.file}`);
    file = exchange.file;
    const mark = exchange.differences.some((one) => one.reason === undefined) ? "✗" : "✓";
    lines.push(`  ${mark} ${exchange.method} ${exchange.path}`);
    for (const one of exchange.differences) lines.push(`      ${sentence(one)}`);
  }
  const { exchanges, unexplained, skipped } = result;
  lines.push(
    "",
    `${exchanges.length} exchanges replayed, ${skipped} of other services skipped, ` +
      `${result.explained} differences explained, ${unexplained} unexplained`,
  );
  return `${lines.join("\n").trimStart()}\n`;
}

function sentence(one: Judged): string {
  const what =
    one.kind === "missing"
      ? `missing ${one.path} (recorded ${one.recorded})`
      : one.kind === "extra"
        ? `extra ${one.path} (${one.simulated})`
        : `${one.kind}${one.path === "" ? "" : ` at ${one.path}`}: recorded ${one.recorded}, simulated ${one.simulated}`;
  return one.reason === undefined ? what : `${what}; explained: ${one.reason}`;
}
