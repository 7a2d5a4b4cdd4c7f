import type { FleetRow } from "../core/outcome.ts";
import { type Cell, inColumns } from "./columns.ts";
import type { Look } from "./palette.ts";
import { countOf, cut, visible } from "./text.ts";
import { phaseColour } from "./words.ts";

const defaultMaxRows = 60;

/** The fleet as tables: instances with their addresses, networks with their ranges, and a line for everything else. */
export function fleetText(rows: readonly FleetRow[], look: Look, maxRows = defaultMaxRows): string {
  const instances = rows.filter((row) => row.kind.toLowerCase() === "instance");
  const networks = rows.filter(isNetwork);
  const others = rows.filter((row) => !isNetwork(row) && row.kind.toLowerCase() !== "instance");
  const parts = [
    instancesText(instances, look, maxRows),
    networksText(networks, look, maxRows),
    othersText(others, look, maxRows),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "Nothing runs and nothing is wanted.\n" : parts.join("\n");
}

/** A network, and whatever a Network manifest causes. */
function isNetwork(row: FleetRow): boolean {
  return /^(network|subnetwork|subnet|networkcontext)$/i.test(row.kind);
}

function instancesText(rows: readonly FleetRow[], look: Look, maxRows: number): string {
  if (rows.length === 0) return "";
  const title = ["INSTANCE", "LOCATION", "ADDRESS", "EXTERNAL", "STATUS"];
  const lines = rows
    .slice(0, maxRows)
    .map((row) => [
      visible(row.name),
      visible(row.location),
      known(row, "internal"),
      known(row, "external"),
      status(row, look),
    ]);
  return table(title, lines, rows.length - lines.length, look);
}

function networksText(rows: readonly FleetRow[], look: Look, maxRows: number): string {
  if (rows.length === 0) return "";
  const sorted = [...rows].sort(byNetwork);
  const title = ["NETWORK", "LOCATION", "RANGE", "AT", "STATUS"];
  const lines = sorted
    .slice(0, maxRows)
    .map((row) => [
      `${isPart(row) ? "  " : ""}${visible(row.name)}`,
      visible(row.location),
      known(row, "range"),
      visible(`${row.provider} ${row.kind.toLowerCase()}`),
      status(row, look),
    ]);
  return table(title, lines, rows.length - lines.length, look);
}

/** A subnetwork, or a network's presence in one location. */
function isPart(row: FleetRow): boolean {
  return !/^network$/i.test(row.kind);
}

/** By network, then provider, the network itself before its parts; otherwise as given. */
function byNetwork(left: FleetRow, right: FleetRow): number {
  const key = (row: FleetRow): string => `${row.owner} ${row.provider} ${isPart(row) ? 1 : 0}`;
  const [first, second] = [key(left), key(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Everything else in one line a kind; by name only where something is not well or has an address. */
function othersText(rows: readonly FleetRow[], look: Look, maxRows: number): string {
  if (rows.length === 0) return "";
  const kinds = new Map<string, FleetRow[]>();
  for (const row of rows) {
    const name = `${row.provider} ${row.kind}`;
    const members = kinds.get(name);
    if (members === undefined) kinds.set(name, [row]);
    else members.push(row);
  }
  const lines = [...kinds].map(([kind, members]) => {
    const ready = members.filter((row) => row.phase === "ready").length;
    return ready === members.length
      ? `${countOf(ready, visible(kind))} ready`
      : `${ready} of ${countOf(members.length, visible(kind))} ready`;
  });
  const told = rows.filter(({ phase, note, addresses }) => phase !== "ready" || note !== "" || isReached(addresses));
  const shown = told.slice(0, maxRows).map((row) => {
    const place = reachedAt(row);
    return [visible(row.address), status(row, look), ...(place === "" ? [] : [place])];
  });
  const more = told.length > shown.length ? [`  and ${told.length - shown.length} more`] : [];
  return `${[`Also: ${lines.join(", ")}.`, ...inColumns(shown, "  "), ...more].join("\n")}\n`;
}

/** What people connect to, look up or have to publish; the insides of a network are no news. */
const reached = ["hostname", "hostnames", "address", "certificates", "nameservers", "publish"] as const;

function isReached(addresses: FleetRow["addresses"]): boolean {
  return reached.some((name) => addresses[name] !== undefined);
}

function reachedAt({ addresses }: FleetRow): string {
  const parts = reached.flatMap((name) => {
    const value = addresses[name];
    if (value === undefined || (name === "address" && value === addresses.hostname)) return [];
    return [`${name === "hostname" ? "" : `${name} `}${visible(value)}`];
  });
  return cut(parts.join(", "), 120);
}

function known(row: FleetRow, name: string): string {
  const value = row.addresses[name];
  return value === undefined || value === "" ? "-" : visible(value);
}

/** The provider's own word when all is well; otherwise the phase, that word and why. */
function status(row: FleetRow, look: Look): Cell {
  const detail = visible(row.detail);
  const words =
    row.phase === "ready"
      ? detail || "ready"
      : row.phase === "absent"
        ? "missing"
        : detail === ""
          ? row.phase
          : `${row.phase} (${detail})`;
  const note = row.note === "" ? "" : `  ${cut(visible(row.note), 60)}`;
  const paint = look.palette[phaseColour(row.phase)];
  return { text: words + note, paint: () => paint(words) + look.palette.dim(note) };
}

function table(
  title: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  hidden: number,
  look: Look,
): string {
  const head = title.map((text) => ({ text, paint: look.palette.dim }));
  const more = hidden > 0 ? [look.palette.dim(`and ${hidden} more`)] : [];
  return `${[...inColumns([head, ...rows]), ...more].join("\n")}\n`;
}
