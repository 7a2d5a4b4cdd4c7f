import * as assert from "uvu/assert";
import { type GcpLoop, type GcpLoopOptions, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText } from "./manifests.ts";

const test = suite("gcp refusals, as they are told");
const manifests = [locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1")];

type Control = GcpLoop["simulator"]["control"];

interface Row {
  readonly set?: (control: Control) => void;
  readonly options?: GcpLoopOptions;
  readonly code: string;
  readonly retryable: boolean;
  /** The whole text, with dots for what is not the same each time. */
  readonly text: RegExp;
}

const inserts = { pathContains: "/instances", methods: ["POST"] };
const insert = "insert instance web-main-dfw-0 in us-south1-a: ";
const said = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*")}$`);

/** What goes wrong → how it is sorted and what a person reads. */
const rows: Readonly<Record<string, Row>> = {
  "too many requests": {
    set: (control) => control.setFaults({ rates: { rateLimit: 1 }, ...inserts }),
    ...{ code: "rate-limit", retryable: true },
    text: said(`${insert}Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of ….`),
  },
  "the service is down": {
    set: (control) => control.setFaults({ rates: { unavailable: 1 }, ...inserts }),
    ...{ code: "unavailable", retryable: true, text: said(`${insert}The service is currently unavailable.`) },
  },
  "something before the service is down": {
    set: (control) => control.setFaults({ rates: { badGateway: 1 }, ...inserts }),
    ...{ code: "unavailable", retryable: true, text: said(`${insert}the server answered HTTP 502.`) },
  },
  "the connection breaks": {
    set: (control) => control.setFaults({ rates: { refuse: 1 }, ...inserts }),
    ...{ code: "unavailable", retryable: true, text: said(`${insert}no usable answer (other side closed).`) },
  },
  "a list that ends in the middle": {
    set: (control) => control.setFaults({ rates: { truncate: 1 }, pathContains: "aggregated/instances" }),
    ...{ code: "", retryable: true },
    text: said("gcp: list instances of project test-project: no usable answer (other side closed)."),
  },
  "no machines left": {
    set: (control) => control.setFaults({ stockOutZones: ["us-south1-a"] }),
    ...{ code: "stock-out", retryable: true },
    text: said(
      `${insert}The zone 'projects/test-project/zones/us-south1-a' does not have enough resources available to fulfill the request.  Try a different zone, or try again later. us-south1-a has no n2-standard-2 left now. It is tried again; another location or instance type may have room.`,
    ),
  },
  "a permission is missing": {
    set: (control) => control.setAccess({ denied: ["compute.instances.create"] }),
    ...{ code: "permission", retryable: false },
    text: said(
      `${insert}Required 'compute.instances.create' permission for 'projects/test-project/zones/us-south1-a/instances'. Run plumbline doctor to see what is missing and how to grant it.`,
    ),
  },
  "a permission to look is missing": {
    set: (control) => control.setAccess({ denied: ["compute.instances.list"] }),
    ...{ code: "", retryable: false },
    text: said(
      "gcp: list instances of project test-project: Required 'compute.instances.list' permission for 'projects/test-project/aggregated/instances'. Run plumbline doctor to see what is missing and how to grant it.",
    ),
  },
  "the API is off": {
    set: (control) => control.setAccess({ disabledServices: ["compute.googleapis.com"] }),
    ...{ code: "", retryable: false },
    text: said(
      "gcp: list networks of project test-project: Compute Engine API has not been used in project … before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/compute.googleapis.com/overview?project=… then retry. …",
    ),
  },
  "there is no such project": {
    set: (control) => control.setAccess({ missingProjects: ["test-project"] }),
    ...{ code: "", retryable: false },
    text: said("gcp: list networks of project test-project: The resource 'projects/test-project' was not found."),
  },
  "a quota is used up": {
    options: { simulator: { quotas: { CPUS: 1 } } },
    ...{ code: "quota", retryable: false },
    text: said(`${insert}Quota 'CPUS' exceeded.  Limit: 1.0 in region us-south1. Raise the quota, or want less of it.`),
  },
  "there is no such image": {
    options: {
      provider: { images: { "datumcloud/ubuntu-2204-lts": "projects/ubuntu-os-cloud/global/images/nothing" } },
    },
    ...{ code: "not-found", retryable: false },
    text: said(
      `${insert}Invalid value for field 'resource.disks[0].initializeParams.sourceImage': 'projects/ubuntu-os-cloud/global/images/nothing'. The referenced image resource cannot be found.`,
    ),
  },
  "there is no such machine type": {
    options: { provider: { machineTypes: { "datumcloud/d1-standard-2": "n9-mega-2" } } },
    ...{ code: "invalid", retryable: false },
    text: said(
      `${insert}Invalid value for field 'resource.machineType': …. Machine type with name 'n9-mega-2' does not exist in zone 'us-south1-a'.`,
    ),
  },
};

for (const [name, { set, options, code, retryable, text }] of Object.entries(rows)) {
  test(name, () =>
    withGcpLoop(async (loop) => {
      set?.(loop.simulator.control);
      const outcome = await loop.commit(...manifests);
      const failed = outcome.results.find(({ state }) => state === "failed");
      assert.equal([outcome.kind, outcome.retryable, failed?.code ?? ""], ["failed", retryable, code]);
      assert.match(failed?.message ?? outcome.failure, text);
    }, options),
  );
}

test.run();
