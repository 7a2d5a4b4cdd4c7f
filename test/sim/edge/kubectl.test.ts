import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../../support/folder.ts";
import { suite } from "../../support/suite.ts";
import { withSimulator } from "./scene.ts";

const test = suite("edge simulator: kubectl");

interface Ended {
  readonly code: number;
  readonly text: string;
}

function kubectl(folder: string, ...parameters: readonly string[]): Promise<Ended> {
  const environment = { PATH: process.env.PATH ?? "", HOME: folder, KUBECONFIG: join(folder, "config") };
  return new Promise((resolve) => {
    const options = { env: environment, cwd: folder, timeout: 20_000 };
    execFile("kubectl", [...parameters], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

const isHere = await inFolder(async (folder) => (await kubectl(folder, "version", "--client")).code === 0);

function network(mtu: string): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: prod}
spec: {ipam: {mode: Auto}, ${mtu}}
`;
}

/** What is asked, the exit code and what the answer says, in order. */
const steps: readonly (readonly [command: string, code: number, says: RegExp])[] = [
  ["get networks", 0, /No resources found/],
  ["create -f net.yaml", 0, /prod created/],
  ["create -f net.yaml", 1, /AlreadyExists.*networks\.networking\.datumapis\.com "prod" already exists/],
  ["wait --for=condition=Ready network/prod --timeout=10s", 0, /condition met/],
  ["get networks", 0, /prod +True/],
  ["get network prod -o jsonpath={.spec.ipFamilies[0]}", 0, /IPv4/],
  ["describe network prod", 0, /Events: +<none>/],
  ["apply -f wider.yaml", 0, /prod configured/],
  ["diff -f net.yaml", 1, /- {2}mtu: 1500\n\+ {2}mtu: 1400/],
  ["apply --server-side -f net.yaml", 1, /conflict with "kubectl-client-side-apply".*\n?.*\.spec\.mtu/s],
  ["apply --server-side --force-conflicts -f net.yaml", 0, /serverside-applied/],
  ["apply -f bad.yaml", 1, /spec\.mtu: Invalid value: 9999: spec\.mtu in body should be less than or equal to 8856/],
  ["apply -f strange.yaml", 1, /strict decoding error: unknown field "spec\.mtuu"/],
  ["explain network.spec.ipam", 0, /mode.*-required-/],
  ["apply --server-side --field-manager=kubectl -f wider.yaml", 0, /serverside-applied/],
  ["get network prod -o jsonpath={.metadata.managedFields[*].manager} --show-managed-fields", 0, /kubectl/],
  ["auth can-i create networks", 0, /^yes/],
  ["auth whoami", 0, /simulated-user/],
  ["get networks --field-selector spec.mtu=1", 1, /field label not supported: spec\.mtu/],
  ["create namespace team", 0, /namespace\/team created/],
  ["create configmap settings --from-literal=a=b -n team", 0, /created/],
  ["get configmap settings -n team -o jsonpath={.data.a}", 0, /^b$/],
  ["label network prod tier=front", 0, /labeled/],
  ["get networks -A -l tier=front", 0, /default +prod/],
  ["delete network prod --wait=true --timeout=10s", 0, /deleted/],
  ["get network prod", 1, /NotFound/],
  ["delete namespace team --timeout=10s", 0, /deleted/],
];

async function playSteps(): Promise<void> {
  await withSimulator((_, simulator) =>
    inFolder(async (folder) => {
      const cluster = { name: "sim", cluster: { server: simulator.url } };
      const context = { name: "sim", context: { cluster: "sim", user: "sim" } };
      const users = [{ name: "sim", user: { token: "any" } }];
      const config = { "current-context": "sim", contexts: [context], clusters: [cluster], users };
      await writeFile(join(folder, "config"), JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
      await writeFile(join(folder, "net.yaml"), network("mtu: 1400"));
      await writeFile(join(folder, "wider.yaml"), network("mtu: 1500"));
      await writeFile(join(folder, "bad.yaml"), network("mtu: 9999"));
      await writeFile(join(folder, "strange.yaml"), network("mtuu: 1400"));
      for (const [command, code, says] of steps) {
        const { code: ended, text } = await kubectl(folder, ...command.split(" "));
        assert.is(ended, code, `${command}: ${text}`);
        assert.match(text, says, command);
      }
    }),
  );
}

if (isHere) test("gets, describes, creates, applies, diffs, waits, explains and deletes", playSteps, 120_000);
else test("is not on this machine; its recorded requests are played by another test", () => assert.not(isHere));

test.run();
