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
