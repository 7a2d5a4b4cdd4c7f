import type { FleetRow } from "../../src/core/outcome.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { RulePage } from "../../src/report/sarif.ts";

/** Rows of the example fleet in every phase. */
export const rows: readonly FleetRow[] = [
  row("gcp/firewall/default/web-us-dfw-0-0", { location: "dfw" }),
  row("gcp/firewall/default/web-us-dfw-0-1", { location: "dfw", phase: "pending", note: "create" }),
  row("gcp/instance/default/web-us-dfw-0", {
    location: "dfw",
    detail: "RUNNING",
    addresses: { internal: "10.128.0.2", external: "34.67.112.9" },
  }),
  row("gcp/instance/default/web-us-dfw-1", {
    location: "dfw",
    phase: "stopped",
    detail: "TERMINATED",
    addresses: { internal: "10.128.0.3" },
    note: "machineType cannot change in place.",
  }),
  row("gcp/instance/default/web-us-lhr-0", {
    location: "lhr",
    phase: "absent",
    note: "Waits for gcp/subnetwork/default/prod-lhr: pending",
  }),
  row("edge/Network/default/prod", { owner: "Network default/prod", detail: "Ready" }),
  row("gcp/network/default/prod", { owner: "Network default/prod" }),
  row("gcp/subnetwork/default/prod-dfw", {
    owner: "Network default/prod",
    location: "dfw",
    addresses: { range: "10.128.0.0/20" },
  }),
  row("gcp/subnetwork/default/prod-lhr", {
    owner: "Network default/prod",
    location: "lhr",
    phase: "pending",
    detail: "CREATING",
    addresses: { range: "10.132.0.0/20" },
  }),
];

function row(address: string, facts: Partial<FleetRow>): FleetRow {
  const [provider = "", kind = "", , name = ""] = address.split("/");
  return {
    address,
    provider,
    kind,
    name,
    owner: "Workload default/web",
    location: "",
    phase: "ready",
    detail: "",
    addresses: {},
    note: "",
    ...facts,
  };
}

/** The text that the problems below are about. */
export const source = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata:
  name: web
spec:
  placements:
    - name: us
      citycodes: [DFW]
      note: "naïve 名前 \u202egnp"
`;

/** Problems of every severity. */
export const problems: readonly Problem[] = [
  {
    severity: "error",
    rule: "schema/unknown-field",
    file: "workloads/web.yaml",
    line: 8,
    column: 7,
    path: "spec.placements[0].citycodes",
    message: 'Unknown field "citycodes".',
    hint: "Did you mean cityCodes?",
  },
  {
    severity: "warning",
    rule: "text/direction",
    file: "workloads/web.yaml",
    line: 9,
    column: 13,
    path: "spec.placements[0].note",
    message:
      "The text \u202econtains a character that hides what it says to everybody who reads it, which is a long message that has to be wrapped.",
    hint: "",
  },
  {
    severity: "error",
    rule: "yaml/syntax",
    file: "b.yaml",
    line: 3,
    column: 1,
    path: "",
    message: "Tabs are not allowed.",
    hint: "",
  },
];

/** The page of one of the rules above. */
export const pages: readonly RulePage[] = [
  {
    id: "schema/unknown-field",
    title: "A field is not known",
    meaning: "The schema of the kind has no such field.",
    hint: "Take the field that is suggested.",
    bad: "spec: { citycodes: [DFW] }\n",
    good: "spec: { cityCodes: [DFW] }\n",
  },
];
