import type { Change } from "../../src/core/change.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { countActions } from "../../src/core/plan.ts";
import type { Resource } from "../../src/core/resource.ts";
import type { FleetStatus } from "../../src/report/status.ts";
import { rows } from "./parts.ts";

/** A change of the example fleet; what is left out is plain. */
export function change(
  facts: Partial<Change> & Pick<Change, "address" | "action">,
  owner = "Workload default/web",
): Change {
  const [provider = "", kind = "", namespace = "", name = ""] = facts.address.split("/");
  const location = /(dfw|lhr)/.exec(name)?.[0] ?? "";
  const resource: Resource = {
    address: facts.address,
    provider,
    kind,
    uid: "0123456789ab",
    key: `projects/p/${kind}s/${name}`,
    realm: "p",
    spec: {},
    provides: [],
    needs: [],
    source: { file: "web.yaml", line: 1, column: 1 },
    fieldSources: {},
    owner: owner.replace("default", namespace),
    location,
    protected: false,
    adopt: false,
  };
  return {
    provider,
    kind,
    cause: "commit",
    dependsOn: [],
    fields: [],
    reason: "",
    held: false,
    ...(facts.action === "delete" ? {} : { resource }),
    ...facts,
  };
}

const at = (file: string, line: number) => ({ file, line, column: 5 });

/** One change of every action and cause. */
export const changes: readonly Change[] = [
  change({ address: "edge/Network/default/prod", action: "create" }, "Network default/prod"),
  change({ address: "gcp/network/default/prod", action: "create" }, "Network default/prod"),
  change({ address: "gcp/subnetwork/default/prod-dfw", action: "create" }, "Network default/prod"),
  change({
    address: "gcp/instance/default/web-us-dfw-0",
    action: "create",
    dependsOn: ["gcp/subnetwork/default/prod-dfw"],
  }),
  change({
    address: "gcp/instance/default/web-us-dfw-1",
    action: "restart",
    cause: "drift",
    reason: "machineType cannot change in place.",
    fields: [
      { path: "labels.team", before: "a team", after: undefined, forces: "nothing" },
      {
        path: "machineType",
        before: "e2-medium",
        after: "n2-standard-2",
        forces: "restart",
        source: at("web.yaml", 14),
      },
    ],
  }),
  change({
    address: "gcp/instance/default/web-us-dfw-2",
    action: "replace",
    cause: "both",
    reason: "disks[0].image cannot change in place.",
    fields: [
      {
        path: "disks[0].image",
        before: "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20240927",
        after: "projects/ubuntu-os-cloud/global/images/ubuntu-2404",
        forces: "replace",
        source: at("web.yaml", 22),
      },
      { path: "metadata.user-data", before: "#cloud-config\nold", after: "#cloud-config\nnew", forces: "replace" },
      { path: "metadata.ssh-keys", before: "ann:ssh-ed25519 AAAA", after: undefined, forces: "nothing" },
    ],
  }),
  change({
    address: "gcp/instance/default/web-us-lhr-0",
    action: "create",
    held: true,
    reason: "Waits for gcp/subnetwork/default/prod-lhr: pending (CREATING)",
  }),
  change({
    address: "gcp/firewall/default/web-us-lhr-0-0",
    action: "update",
    cause: "drift",
    held: true,
    reason: "Drift is reported, not corrected.",
    fields: [
      { path: "sourceRanges", before: ["0.0.0.0/0"], after: ["10.0.0.0/8", "192.168.0.0/16"], forces: "nothing" },
    ],
  }),
  change({
    address: "gcp/instance/staging/db-lhr-0",
    action: "adopt",
    reason: "projects/p/instances/db-lhr-0 exists and is taken over.",
  }),
  change({
    address: "gcp/network/default/old",
    action: "conflict",
    reason:
      'projects/p/networks/old exists and is not ours. Annotate the manifest with plumbline.dev/adopt: "true" to take it over.',
  }),
  change({ address: "gcp/firewall/default/admin-ssh", action: "keep" }),
  change({
    address: "gcp/instance/default/cache-dfw-1",
    action: "delete",
    reason: "No manifest asks for it any more.",
  }),
  change({
    address: "gcp/instance/default/cache-dfw-0",
    action: "delete",
    reason: "No manifest asks for it any more.",
  }),
];

const plan = {
  planId: "3f9ac21b77e0",
  effectId: "0e77b12ca9f3",
  fleet: "example",
  commit: "1a2b3c4d5e6f70819293a4b5c6d7e8f901234567",
  changes,
  counts: countActions(changes),
};

/** An outcome with the plan above; what is left out is plain. */
export function outcome(facts: Partial<Outcome> = {}): Outcome {
  return {
    kind: "applied",
    fleet: "example",
    repository: "/srv/fleet",
    commit: plan.commit,
    commitSubject: "Scale web to three",
    manifests: 7,
    problems: [],
    plan,
    refusals: [],
    results: [],
    pending: [],
    table: rows,
    sources: new Map(),
    failure: "",
    retryable: false,
    ...facts,
  };
}

/** A refusal by the delete budget, and one that names its only change itself. */
export const refusals = [
  {
    rule: "limits/delete-budget",
    message: "The plan deletes or replaces 12 of 20 things (60 %); limits.maxDeletes is 10.",
    changes: Array.from({ length: 12 }, (_, index) => `gcp/instance/default/cache-dfw-${index}`),
  },
  {
    rule: "ownership/conflict",
    message: "gcp/network/default/old exists and is not ours.",
    changes: ["gcp/network/default/old"],
  },
];

/** An outcome in which something failed, something was skipped and something waits. */
export const failing = outcome({
  kind: "failed",
  retryable: true,
  results: [
    {
      address: "gcp/network/default/prod",
      action: "create",
      state: "done",
      message: "",
      code: "",
      retryable: false,
      durationMs: 1200,
    },
    {
      address: "gcp/instance/default/web-us-dfw-0",
      action: "create",
      state: "failed",
      message: "The zone does not have enough resources available to fulfill the request.",
      code: "stock-out",
      retryable: true,
      durationMs: 340,
    },
    {
      address: "gcp/instance/default/web-us-dfw-1",
      action: "restart",
      state: "skipped",
      message: "gcp/instance/default/web-us-dfw-0 was not done.",
      code: "",
      retryable: true,
      durationMs: 0,
    },
  ],
  pending: [
    {
      address: "gcp/instance/default/web-us-lhr-0",
      waitsFor: "gcp/subnetwork/default/prod-lhr",
      message: "pending (CREATING)",
    },
  ],
});

/** A fleet as memory has it. */
export const status: FleetStatus = {
  fleet: "example",
  repository: "/srv/fleet",
  appliedCommit: plan.commit,
  lastPass: { number: 41, outcome: "failed", commit: plan.commit, finishedAt: "2026-11-23T02:31:00.000Z" },
  table: rows,
  pending: failing.pending,
  incidents: [{ address: "gcp/instance/default/web-us-dfw-1", openedAt: "2026-11-23T02:30:00.000Z", flaps: 2 }],
};
