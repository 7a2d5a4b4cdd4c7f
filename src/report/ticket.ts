import { isObject, type JsonObject } from "../core/json.ts";
import type { Stranger } from "../core/strangers.ts";
import { blocks, fold } from "./markdown-parts.ts";
import { codeSpan, fenced, plainText } from "./markdown-text.ts";
import { redactField } from "./redact.ts";
import { strangersMarkdown } from "./strangers.ts";
import { countOf, momentText } from "./text.ts";
import { valueText } from "./value.ts";

/** A drift incident as it is remembered. */
export interface DriftIncident {
  readonly address: string;
  readonly openedAt: string;
  readonly flaps: number;
  readonly details: JsonObject;
}

const incidentsShown = 100;
const valueWidth = 160;

/**
 * The text of a fleet's drift issue: each thing that is not as the manifests want it, since when, how often, and what differs.
 * When it has ended, what was told last stays to be read.
 */
export function ticketMarkdown(
  fleet: string,
  incidents: readonly DriftIncident[],
  strangers: readonly Stranger[] = [],
  toldBefore = "",
): string {
  if (incidents.length === 0) {
    const [record = ""] = toldBefore.split("\n**Next**");
    return blocks([
      `Fleet ${codeSpan(fleet)} is as the manifests want it again.`,
      fold("What it was", record.trimEnd()),
    ]);
  }
  const shown = incidents.slice(0, incidentsShown);
  const more = incidents.length - shown.length;
  return blocks([
    `${countOf(incidents.length, "thing")} of fleet ${codeSpan(fleet)} ${incidents.length === 1 ? "is" : "are"} not as the tracked branch wants.`,
    ...shown.map(incidentMarkdown),
    more > 0 ? `And ${more} more.` : "",
    strangersMarkdown(strangers),
    `**Next**: ${codeSpan("/revert")} puts it right now, ${codeSpan("/accept")} opens a pull request that takes it over into the manifests. This issue closes by itself when the drift has ended.`,
  ]);
}

function incidentMarkdown({ address, openedAt, flaps, details }: DriftIncident): string {
  const often = flaps > 0 ? `, came back ${countOf(flaps, "time")}` : "";
  const by = typeof details.by === "string" && details.by !== "" ? `, changed by ${codeSpan(details.by)}` : "";
  const reason = typeof details.reason === "string" ? details.reason : "";
  const kind = address.split("/")[1] ?? "";
  const fields = Array.isArray(details.fields) ? details.fields.filter(isObject) : [];
  const lines = fields.flatMap((field) => {
    const path = String(field.path ?? "");
    const { before, after } = redactField(kind, {
      ...{ path, before: field.before ?? undefined, after: field.after ?? undefined, forces: "nothing" as const },
    });
    return [
      `@@ ${path} @@`,
      `- ${valueText(after, valueWidth)}  (manifest)`,
      `+ ${valueText(before, valueWidth)}  (live)`,
    ];
  });
  return blocks([
    `#### ${codeSpan(address)}`,
    `Since ${momentText(openedAt)}${often}${by}. ${plainText(reason)}`.trimEnd(),
    lines.length === 0 ? "" : fenced("diff", lines),
  ]).trimEnd();
}
