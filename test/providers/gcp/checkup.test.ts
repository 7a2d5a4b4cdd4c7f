import * as assert from "uvu/assert";
import type { Finding } from "../../../src/core/checkup.ts";
import { createGcpProvider, type GcpOptions } from "../../../src/providers/gcp/index.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import type { AccessOptions } from "../../../src/sim/gce/access-rules.ts";
import { type GceSimulator, startGceSimulator } from "../../../src/sim/gce/index.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { withScene } from "./scene.ts";
import { shopFleet } from "./secret-manifests.ts";

const test = suite("gcp checkup");
const project = "test-project";
let simulator: GceSimulator;
let plain: Provider;

test.before(async () => {
  simulator = await startGceSimulator({ defaultNetwork: false });
  plain = open();
});
test.after(async () => {
  await plain.close();
  await simulator.close();
});

const plainFleet = () => fleetOf(locationsText, networkText, machineText);

async function look(
  access: AccessOptions,
  options: Partial<GcpOptions> = {},
  fleet = plainFleet(),
): Promise<readonly Finding[]> {
  simulator.control.setAccess(access);
  const provider = Object.keys(options).length === 0 ? plain : open(options);
  try {
    return (await provider.checkup?.([fleet], AbortSignal.timeout(20_000))) ?? [];
  } finally {
    if (provider !== plain) await provider.close();
    simulator.control.setAccess({});
  }
}

function open(options: Partial<GcpOptions> = {}): Provider {
  const shared = { ...shippedNames, name: "gcp", endpoint: simulator.url, credentials: { kind: "none" } } as const;
  return createGcpProvider({ ...shared, ...options });
}

function faults(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict !== "good");
}

function only(findings: readonly Finding[], subject: string): Finding {
  const found = faults(findings);
  assert.equal(
    found.map((one) => one.subject),
    [subject],
    JSON.stringify(found),
  );
  return found[0] as Finding;
}

test("a project that lacks nothing has no faults", async () => {
  const findings = await look({});
  assert.equal(faults(findings), []);
  assert.ok(findings.some(({ subject }) => subject === `quotas of ${project} in us-south1`));
});

test("a missing permission is named, with the commands that grant it to who calls", async () => {
  const variables = { GCE_METADATA_HOST: new URL(simulator.url).host };
  const surroundings = { variables, homeDirectory: "" };
  const denied = ["compute.firewalls.create", "compute.instances.setLabels"];
  const { verdict, message, mend } = only(
    await look({ denied }, { credentials: { kind: "metadata" }, surroundings }),
    `permissions in ${project}`,
  );
  assert.is(verdict, "bad");
  assert.match(message, /^2 of \d+ are missing: compute.firewalls.create, compute.instances.setLabels$/);
  const member = "serviceAccount:machine@simulated-project.iam.gserviceaccount.com";
  const [wide, , exact] = mend.split("\n");
  assert.is(wide, `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=roles/compute.admin`);
  assert.match(exact ?? "", /--permissions=compute.firewalls.create,compute.instances.setLabels$/);
});

test("permissions of accounts and secrets count only where a fleet has some", async () => {
  const denied = ["secretmanager.versions.add", "iam.serviceAccounts.actAs"];
  assert.equal(faults(await look({ denied })), []);
  const { message, mend } = only(await look({ denied }, {}, shopFleet()), `permissions in ${project}`);
  assert.match(message, /iam.serviceAccounts.actAs, secretmanager.versions.add$/);
  assert.match(mend, /roles\/iam.serviceAccountUser[\s\S]*roles\/secretmanager.admin/);
});

test("an API that is off is told with the command that switches it on", async () => {
  const compute = only(await look({ disabledServices: ["compute.googleapis.com"] }), `project ${project}`);
  assert.is(compute.mend, `gcloud services enable compute.googleapis.com --project=${project}`);
  const disabledServices = ["secretmanager.googleapis.com"];
  assert.equal(faults(await look({ disabledServices })), []);
  const secrets = faults(await look({ disabledServices }, {}, shopFleet()));
  assert.is(secrets[0]?.mend, `gcloud services enable secretmanager.googleapis.com --project=${project}`);
  const untold = only(
    await look({ disabledServices: ["cloudresourcemanager.googleapis.com"] }),
    `permissions in ${project}`,
  );
  assert.is(untold.verdict, "doubtful");
});

test("a project that is not there is told", async () => {
  assert.match(only(await look({ missingProjects: [project] }), `project ${project}`).message, /does not exist/);
});

test("credentials that get no token are told, and nothing after them", async () => {
  const variables = { GCE_METADATA_HOST: new URL(simulator.url).host };
  const surroundings = { variables, homeDirectory: "" };
  const findings = await look({ refused: ["metadata"] }, { credentials: { kind: "default" }, surroundings });
  assert.match(only(findings, "credentials").message, /Attach a service account/);
  const token = await look({}, { credentials: { kind: "token", token: "abc" } });
  assert.ok(token.some(({ subject }) => subject === "identity"));
  const gone = await look({}, { endpoint: "http://127.0.0.1:9" });
  assert.match(gone[0]?.message ?? "", /cannot be reached/);
});

test("a quota is held against what does not stand yet", () =>
  withScene(async ({ simulator: { control }, provider, makeAll }) => {
    const fleet = plainFleet();
    const wanted = provider.translate(fleet).filter(({ kind }) => kind === "instance");
    const dallas = wanted.filter(({ spec }) => String(spec.zone).startsWith("us-south1")).length;
    control.setQuotas({ CPUS: dallas * 2 - 1, INSTANCES: 1000 });
    const findings = (await provider.checkup?.([fleet], AbortSignal.timeout(20_000))) ?? [];
    const short = findings.find(({ subject }) => subject === `quotas of ${project} in us-south1`);
    assert.is(short?.verdict, "bad");
    assert.is(short?.message, `CPUS needs ${dallas * 2} more, ${dallas * 2 - 1} of ${dallas * 2 - 1} are left`);
    control.setQuotas({});
    await makeAll(fleet);
    control.setQuotas({ CPUS: dallas * 2, NETWORKS: 1 });
    assert.equal(faults((await provider.checkup?.([fleet], AbortSignal.timeout(20_000))) ?? []), []);
  }));

test("a clock that is off is told", async () => {
  const { examine } = await import("../../../src/providers/gcp/checkup/examine.ts");
  const { createWire } = await import("../../../src/providers/gcp/credentials/wire.ts");
  const { settingsOf } = await import("../../../src/providers/gcp/options.ts");
  const { accessFor } = await import("../../../src/providers/gcp/client/access.ts");
  const settings = settingsOf({ ...shippedNames, name: "gcp", endpoint: simulator.url, credentials: { kind: "none" } });
  const at = async (offMs: number): Promise<Finding | undefined> => {
    const parts = {
      settings,
      access: accessFor(settings),
      wire: createWire(settings),
      nowMs: () => Date.now() + offMs,
    };
    const findings = await examine(parts, [], () => Promise.reject(new Error("no project")));
    return findings.find(({ subject }) => subject === "clock");
  };
  assert.is((await at(0))?.verdict, "good");
  assert.is((await at(60_000))?.verdict, "doubtful");
  const slow = await at(-600_000);
  assert.is(slow?.verdict, "bad");
  assert.match(slow?.message ?? "", /(599|600|601) s behind the server's/);
});

test.run();
