import { driftText } from "../../src/report/drift.ts";
import { fleetText } from "../../src/report/fleet.ts";
import {
  applyDocument,
  driftDocument,
  fleetsDocument,
  jsonText,
  planDocument,
  statusDocument,
  validateDocument,
} from "../../src/report/json.ts";
import { junitText } from "../../src/report/junit.ts";
import {
  applyMarkdown,
  driftMarkdown,
  planMarkdown,
  statusMarkdown,
  validateMarkdown,
} from "../../src/report/markdown.ts";
import { outcomeText, planReportText } from "../../src/report/outcome.ts";
import { plainLook } from "../../src/report/palette.ts";
import { problemsText } from "../../src/report/problems.ts";
import { sarifDocument } from "../../src/report/sarif.ts";
import { statusText } from "../../src/report/status.ts";
import { annotationsText } from "../../src/report/workflow.ts";
import { drawings } from "./drawings.ts";
import { pages, problems, rows, source } from "./parts.ts";
import { failing, outcome, refusals, status } from "./samples.ts";

const sources = new Map([["workloads/web.yaml", source]]);
const invalid = outcome({ kind: "invalid", plan: undefined, problems, sources, table: [] });
const refused = outcome({ kind: "refused", refusals });
const kept = outcome().plan?.changes.filter((change) => change.action === "keep") ?? [];
const nothing = { create: 0, update: 0, restart: 0, replace: 0, delete: 0, adopt: 0, conflict: 0, keep: 1 };
const settled = outcome({
  kind: "settled",
  plan: {
    planId: "0123456789ab",
    effectId: "ba9876543210",
    fleet: "example",
    commit: outcome().commit,
    changes: kept,
    counts: nothing,
  },
});
const unseen = outcome({ kind: "failed", failure: "gcp cannot be reached: connection refused", retryable: true });

/** Every report of the samples, by the name of its golden file. */
export const reports: Readonly<Record<string, () => string>> = {
  "plan.txt": () => planReportText(outcome(), plainLook),
  "plan-narrow.txt": () => planReportText(outcome(), { ...plainLook, width: 60 }),
  "plan-refused.txt": () => planReportText(refused, plainLook),
  "plan-invalid.txt": () => planReportText(invalid, plainLook),
  "plan-settled.txt": () => planReportText(settled, plainLook),
  "plan-unseen.txt": () => planReportText(unseen, plainLook),
  "plan-unseen-settled.txt": () => planReportText({ ...settled, failure: unseen.failure }, plainLook),
  "plan-unseen-settled.md": () => planMarkdown({ ...settled, failure: unseen.failure }),
  "plan.json": () => jsonText(planDocument(refused)),
  "plan-invalid.json": () => jsonText(planDocument(invalid)),
  "plan.md": () => planMarkdown(refused),
  "plan-settled.md": () => planMarkdown(settled),
  "problems.txt": () => problemsText(problems, sources, plainLook),
  "validate.json": () => jsonText(validateDocument(7, problems)),
  "validate.md": () => validateMarkdown(7, problems),
  "validate.sarif": () => jsonText(sarifDocument({ version: "1.2.3", problems, pages, sources })),
  "validate.github": () => annotationsText(problems),
  "validate.junit": () => junitText(["b.yaml", "sound.yaml", "workloads/web.yaml"], problems),
  "fleet.txt": () => fleetText(rows, plainLook),
  "fleet-cut.txt": () => fleetText(rows, plainLook, 2),
  "fleet-empty.txt": () => fleetText([], plainLook),
  "outcome-failed.txt": () => outcomeText(failing, plainLook, { durationMs: 12_345 }),
  "outcome-unseen.txt": () => outcomeText(unseen, plainLook),
  "outcome-settled.txt": () => outcomeText(settled, plainLook),
  "apply.json": () => jsonText(applyDocument(failing)),
  "apply.md": () => applyMarkdown(failing),
  "drift.txt": () => driftText(outcome(), plainLook),
  "drift-unseen.txt": () => driftText(unseen, plainLook),
  "drift-none.txt": () => driftText(settled, plainLook),
  "drift.json": () => jsonText(driftDocument(outcome())),
  "drift.md": () => driftMarkdown(outcome()),
  "status.txt": () => statusText(status, plainLook),
  "status.json": () => jsonText(fleetsDocument([statusDocument(status)])),
  "status.md": () => statusMarkdown(status),
  "display.txt": drawings,
};
