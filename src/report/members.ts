import type { JsonObject } from "../core/json.ts";
import type { MemberPlace, MemberStatus } from "../core/members.ts";
import { inColumns } from "./columns.ts";
import { codeCell, plainText } from "./markdown-text.ts";
import type { Look } from "./palette.ts";
import { cut, visible } from "./text.ts";

const shownAddresses = 3;
/** Long enough for the condition that an object waits for. */
const longestReason = 200;

/** Every workload, network and location with what stands of it in each place; empty when nothing is known. */
export function membersText(statuses: readonly MemberStatus[], { palette }: Look): string {
  const kinds = [...new Set(statuses.map(({ kind }) => kind))];
  const tables = kinds.map((kind) => {
    const heads = [kind.toUpperCase(), ...(kind === "Location" ? [] : ["LOCATION"]), "READY", "AT", "STATUS"];
    const rows = statuses
      .filter((status) => status.kind === kind)
      .flatMap((status) =>
        status.places
          .filter(({ location, wanted }) => location !== "" || wanted > 0)
          .map((place) => [
            visible(nameOf(status)),
            ...(kind === "Location" ? [] : [visible(place.location) || "-"]),
            `${place.ready}/${place.wanted}`,
            place.at.join(", ") || "-",
            stateText(place),
          ]),
      );
    const titles = heads.map((text) => ({ text, paint: palette.dim }));
    return rows.length === 0 ? "" : `${inColumns([titles, ...rows]).join("\n")}\n`;
  });
  return tables.filter((table) => table !== "").join("\n");
}

/** `default/web` shown as `web`, as everywhere. */
function nameOf({ namespace, name }: MemberStatus): string {
  return namespace === "default" || namespace === "" ? name : `${namespace}/${name}`;
}

function stateText({ waits, drifted, addresses, wanted }: MemberPlace): string {
  const drift = drifted === 0 ? "" : `${drifted} drifted`;
  const more = addresses.length > shownAddresses ? " …" : "";
  const where = `${addresses.slice(0, shownAddresses).join(", ")}${more}`;
  const told = [where, drift, cut(visible(waits), longestReason)].filter((text) => text !== "").join("  ");
  return told || (wanted === 0 ? "nothing is wanted there" : "ready");
}

const rowsShown = 100;

/** The same as a table of Markdown; empty when nothing is known. */
export function membersMarkdown(statuses: readonly MemberStatus[]): string {
  const rows = statuses.flatMap((status) =>
    status.places
      .filter(({ location, wanted }) => location !== "" || wanted > 0)
      .map((place) => {
        const cells = [
          codeCell(`${status.kind} ${nameOf(status)}`),
          plainText(place.location) || "-",
          `${place.ready}/${place.wanted}`,
          plainText(place.at.join(", ")) || "-",
          plainText(stateText(place)),
        ];
        return `| ${cells.join(" | ")} |`;
      }),
  );
  if (rows.length === 0) return "";
  const more = rows.length > rowsShown ? [`\nand ${rows.length - rowsShown} more`] : [];
  const head = ["| Object | Location | Ready | At | Status |", "|---|---|---|---|---|"];
  return [...head, ...rows.slice(0, rowsShown), ...more].join("\n");
}

/** The same as JSON, by kind. */
export function membersJson(statuses: readonly MemberStatus[]): JsonObject {
  const of = (match: (kind: string) => boolean) =>
    JSON.parse(JSON.stringify(statuses.filter(({ kind }) => match(kind)))) as JsonObject[];
  return {
    workloads: of((kind) => kind !== "Network" && kind !== "Location"),
    networks: of((kind) => kind === "Network"),
    locations: of((kind) => kind === "Location"),
  };
}
