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
