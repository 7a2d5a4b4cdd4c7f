import * as assert from "uvu/assert";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/metrics");

test("counts what happened, in the text format of Prometheus", async () => {
  const metrics = createMetrics("1.2.3");
  metrics.pass("prod", "moved", "applied", 1.5);
  metrics.pass("prod", "scheduled", "settled", 0.2);
  metrics.pass("prod", "scheduled", "settled", 0.3);
  metrics.change("gcp", "create", "done", 3);
  metrics.drift("prod", 2);
  metrics.drift("prod", 1);
  metrics.owned("prod", "gcp", "instance", 7);
  metrics.call("gcp", "instances.insert", "ok", 0.02);
  metrics.settled("prod", 1_767_225_600);
  const text = await metrics.text();
  for (const line of [
    'plumbline_build_info{version="1.2.3"} 1',
    'plumbline_passes_total{fleet="prod",wake="scheduled",outcome="settled"} 2',
    'plumbline_pass_duration_seconds_bucket{le="2.5",fleet="prod",outcome="applied"} 1',
    'plumbline_changes_total{provider="gcp",action="create",state="done"} 1',
    'plumbline_drift_open{fleet="prod"} 1',
    'plumbline_owned_resources{fleet="prod",provider="gcp",kind="instance"} 7',
    'plumbline_provider_calls_total{provider="gcp",operation="instances.insert",code="ok"} 1',
    'plumbline_last_settled_timestamp_seconds{fleet="prod"} 1767225600',
  ]) {
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  }
  assert.match(metrics.contentType, /^text\/plain/);
});

test("networks are told in numbers, and what is gone leaves no series behind", async () => {
  const metrics = createMetrics("1");
  const places = [
    { location: "dfw", used: 3, free: 9, ready: true },
    { location: "lhr", used: 1, free: 11, ready: false },
  ];
  metrics.networks("prod", [{ network: "default/main", policyRules: 4, places }]);
  metrics.networks("test", [{ network: "default/own", policyRules: 0, places: [] }]);
  const text = await metrics.text();
  for (const line of [
    'plumbline_network_addresses_used{fleet="prod",network="default/main",location="dfw"} 3',
    'plumbline_network_addresses_free{fleet="prod",network="default/main",location="lhr"} 11',
    'plumbline_network_presence_ready{fleet="prod",network="default/main",location="dfw"} 1',
    'plumbline_network_presence_ready{fleet="prod",network="default/main",location="lhr"} 0',
    'plumbline_network_policy_rules{fleet="prod",network="default/main"} 4',
    'plumbline_network_policy_rules{fleet="test",network="default/own"} 0',
  ])
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  metrics.networks("prod", []);
  const after = await metrics.text();
  assert.not.match(after, /fleet="prod",network/);
  assert.match(after, /policy_rules\{fleet="test"/);
});

test("a forge's totals grow, also over a new beginning; what is left is said as it is", async () => {
  const metrics = createMetrics("1");
  const figures = { limit: 5_000, remaining: 4_990, resetsAt: "2026-01-01T00:00:00.000Z", contentRemaining: 50 };
  metrics.forge("github", { ...figures, calls: 10, unchanged: 4, content: 3 });
  metrics.forge("github", { ...figures, calls: 12, unchanged: 6, content: 3, remaining: 4_988 });
  metrics.forge("github", { ...figures, calls: 1, unchanged: 0, content: 1, contentRemaining: 49 });
  metrics.forge("github-other", { ...figures, limit: 0, calls: 0, unchanged: 0, content: 0 });
  const lines = (await metrics.text()).split("\n");
  for (const line of [
    'plumbline_forge_calls_total{forge="github",answer="unchanged"} 6',
    'plumbline_forge_calls_total{forge="github",answer="counted"} 7',
    'plumbline_forge_content_total{forge="github"} 4',
    'plumbline_forge_content_remaining{forge="github"} 49',
    'plumbline_forge_rate_limit{forge="github"} 5000',
    'plumbline_forge_rate_remaining{forge="github"} 4990',
    'plumbline_forge_rate_resets_timestamp_seconds{forge="github"} 1767225600',
  ])
    assert.ok(lines.includes(line), line);
  assert.not.ok(
    lines.some((line) => line.startsWith('plumbline_forge_rate_limit{forge="github-other"')),
    "what is unknown is not said",
  );
});

test("two registries know nothing of each other", async () => {
  const first = createMetrics("1");
  const second = createMetrics("1");
  first.drift("prod", 1);
  assert.not.match(await second.text(), /plumbline_drift_open\{/);
});

test("watches the process when asked, without keeping it alive", async () => {
  assert.match(await createMetrics("1", { process: true }).text(), /process_resident_memory_bytes \d+/);
});

test.run();
