import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { checkFiles, type Edit, edited, placed } from "./support.ts";

const test = suite("routes");

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: site }
spec:
  parentRefs: [{ name: site }]
  rules:
    - backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: web, port: 443 }]
`;
const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: site }
spec:
  gatewayClassName: datum-external-global-proxy
  listeners: [{ name: web, hostname: www.example.com, port: 443, protocol: HTTPS }]
`;
const backend = "spec.rules.0.backendRefs.0";

const rows: readonly (readonly [title: string, text: string, edits: readonly Edit[], ...wanted: string[]])[] = [
  ["a route to a backend", route, []],
  ["a route to a slice", route, [[backend, { group: "discovery.k8s.io", kind: "EndpointSlice", name: "s", port: 80 }]]],
  [
    "a slice without a port",
    route,
    [[backend, { group: "discovery.k8s.io", kind: "EndpointSlice", name: "s" }]],
    "route/unsupported spec.rules[0].backendRefs[0].port",
  ],
  [
    "a route to a Service",
    route,
    [[backend, { name: "web", port: 80 }]],
    "route/unsupported spec.rules[0].backendRefs[0].kind",
  ],
  ["hostnames on a route", route, [["spec.hostnames", ["www.example.com"]]], "route/unsupported spec.hostnames"],
  [
    "a mirror",
    route,
    [["spec.rules.0.filters", [{ type: "RequestMirror", requestMirror: { backendRef: { name: "m", port: 80 } } }]]],
    "route/unsupported spec.rules[0].filters[0].type",
  ],
  ["a listener without an issuer", gateway, [], "gateway/issuer spec.listeners[0]"],
  ["a listener that the edge adds", gateway, [["spec.listeners.0.name", "default-https"]]],
  ["a listener of another class", gateway, [["spec.gatewayClassName", "own"]]],
];

for (const [title, text, edits, ...wanted] of rows) {
  test(`${title}: ${wanted.length === 0 ? "nothing to tell" : "a warning"}`, () => {
    const problems = checkFiles({ "r.yaml": edited(text, edits) }).problems.filter(
      ({ rule }) => rule !== "reference/missing",
    );
    assert.equal(placed(problems), [...wanted].sort());
    assert.ok(problems.every(({ severity }) => severity === "warning"));
  });
}

test.run();
