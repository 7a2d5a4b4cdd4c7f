import type { MemberStatus } from "../core/members.ts";
import type { FleetRow, Pending } from "../core/outcome.ts";
import { inColumns } from "./columns.ts";
import { fleetText } from "./fleet.ts";
import { membersText } from "./members.ts";
import type { Look } from "./palette.ts";
import { momentText, shortCommit, visible } from "./text.ts";
import { addressParts } from "./words.ts";

/** A fleet as memory has it, without looking at the world. */
export interface FleetStatus {
  readonly fleet: string;
  readonly repository: string;
  /** Commit last applied as a whole; empty before the first time. */
  readonly appliedCommit: string;
  /** The newest pass, if there was one. */
  readonly lastPass:
    | { readonly number: number; readonly outcome: string; readonly commit: string; readonly finishedAt: string }
    | undefined;
  readonly table: readonly FleetRow[];
  /** What came of each workload, network and location in the last pass that was applied. */
  readonly members?: readonly MemberStatus[];
  readonly pending: readonly Pending[];
  /** Drift that has not ended. */
  readonly incidents: readonly { readonly address: string; readonly openedAt: string; readonly flaps: number }[];
}

/** What runs, what waits and why, and what drifts. */
export function statusText(status: FleetStatus, look: Look): string {
  const { palette } = look;
  const pass = status.lastPass;
  const facts = [
    ["repository", visible(status.repository)],
    ["applied", status.appliedCommit === "" ? "nothing yet" : shortCommit(status.appliedCommit)],
    [
      "last pass",
      pass === undefined ? "none yet" : `${pass.outcome} at ${shortCommit(pass.commit)}, ${pass.finishedAt}`,
    ],
  ] as const;
  const head = [
    palette.bold(`Fleet ${visible(status.fleet)}`),
    ...inColumns(
      facts.map(([name, value]) => [{ text: name, paint: palette.dim }, value]),
      "  ",
    ),
  ];
  const pending = status.pending.map((row) => {
    const { type, name } = addressParts(row.address);
    return [{ text: type, paint: palette.dim }, name, `waits for ${visible(row.waitsFor)}: ${visible(row.message)}`];
  });
  const incidents = status.incidents.map((row) => {
    const { type, name } = addressParts(row.address);
    const again = row.flaps === 0 ? "" : `, came back ${row.flaps === 1 ? "once" : `${row.flaps} times`}`;
    return [{ text: type, paint: palette.dim }, name, `since ${momentText(row.openedAt)}${again}`];
  });
  const parts = [
    `${head.join("\n")}\n`,
    membersText(status.members ?? [], look),
    fleetText(status.table, look),
    section("Waiting", pending, look),
    section("Drifting", incidents, look),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function section(title: string, rows: Parameters<typeof inColumns>[0], look: Look): string {
  return rows.length === 0
    ? ""
    : `${[look.palette.bold(`${title} (${rows.length})`), ...inColumns(rows, "  ")].join("\n")}\n`;
}
