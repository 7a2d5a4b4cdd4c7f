import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { checkFiles, type Edit, edited, placed } from "./support.ts";

const test = suite("balance");

const proxy = `
apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: site }
spec:
  rules:
    - backends: [{ endpoint: https://origin.example.com }]
`;
const service = `
apiVersion: networking.datumapis.com/v1alpha
kind: NetworkService
metadata: { name: web }
spec:
  networkInterfaces: { selector: { matchLabels: { compute.datumapis.com/workload-name: web } } }
  ports: [{ name: http, port: 8080 }]
`;

const rows: readonly (readonly [title: string, text: string, edits: readonly Edit[], ...wanted: string[]])[] = [
  [
    "backends with weights, a balance and health checks",
    proxy,
    [
      ["spec.rules.0.backends.0.weight", 3],
      ["spec.rules.0.backends.1", { networkService: { name: "web", port: "http" }, weight: 0 }],
      ["spec.loadBalancer", { type: "ConsistentHash", consistentHash: { type: "Header", header: "x-user-id" } }],
      ["spec.healthCheck", { passive: { consecutive5xxErrors: 5, baseEjectionTime: "1m30s", maxEjectionPercent: 50 } }],
    ],
  ],
  [
    "a backend behind a connector beside another",
    proxy,
    [["spec.rules.0.backends.1", { endpoint: "http://10.0.0.1", connector: { name: "c" } }]],
    "proxy/backend spec.rules[0].backends[1].connector",
  ],
  [
    "a service with a certificate's name",
    proxy,
    [["spec.rules.0.backends.0", { networkService: { name: "w", port: "p" }, tls: { hostname: "a.example" } }]],
    "proxy/backend spec.rules[0].backends[0].tls",
  ],
  [
    "weights that serve nothing",
    proxy,
    [["spec.rules.0.backends.0.weight", 0]],
    "proxy/balance spec.rules[0].backends",
  ],
  ["a hash of nothing", proxy, [["spec.loadBalancer", { type: "ConsistentHash" }]], "proxy/balance spec.loadBalancer"],
  [
    "a hash that is not used, of a header that is not either",
    proxy,
    [["spec.loadBalancer", { type: "Random", consistentHash: { type: "SourceIP", header: "x" } }]],
    "proxy/balance spec.loadBalancer.consistentHash",
    "proxy/balance spec.loadBalancer.consistentHash.header",
  ],
  [
    "a time that is none",
    proxy,
    [["spec.healthCheck", { passive: { baseEjectionTime: "half a minute" } }]],
    "schema/pattern spec.healthCheck.passive.baseEjectionTime",
  ],
  ["a network service", service, []],
  [
    "a service of everything",
    service,
    [["spec.networkInterfaces.selector", { matchLabels: {} }]],
    "service/selector spec.networkInterfaces.selector",
  ],
  [
    "ports twice",
    service,
    [["spec.ports.1", { name: "http", port: 8080 }]],
    "service/port spec.ports[1].name",
    "service/port spec.ports[1].port",
  ],
];

for (const [title, text, edits, ...wanted] of rows) {
  test(title, () => {
    // What an object refers to is judged by references.test.ts.
    const problems = checkFiles({ "e.yaml": edited(text, edits) }).problems.filter(
      ({ rule }) => rule !== "reference/missing",
    );
    assert.equal(placed(problems), [...wanted].sort());
  });
}

test("a proxy that leads to a service which is not there names the nearest one", () => {
  const leading = edited(proxy, [["spec.rules.0.backends.0", { networkService: { name: "wep", port: "http" } }]]);
  const { problems } = checkFiles({ "e.yaml": leading, "s.yaml": service });
  assert.equal(
    problems.map(({ severity, path, hint }) => `${severity} ${path} ${hint}`),
    ["warning spec.rules[0].backends[0].networkService.name Did you mean web?"],
  );
});

test("a kind that was renamed is told its new name", () => {
  const { problems } = checkFiles({
    "c.yaml": "{apiVersion: networking.datumapis.com/v1alpha, kind: DatumCluster, metadata: {name: a}}",
  });
  assert.match(problems[0]?.hint ?? "", /Location/);
});

test.run();
