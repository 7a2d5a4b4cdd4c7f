import * as assert from "uvu/assert";
import { endpointProblem } from "../../src/datum/endpoint.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, type Edit, edited, placed } from "./support.ts";

const test = suite("edge");

const proxy = `
apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: site }
spec:
  hostnames: [www.example.com]
  rules:
    - name: main
      matches: [{ path: { type: PathPrefix, value: / } }]
      backends: [{ endpoint: https://origin.example.com }]
`;
const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: site }
spec:
  gatewayClassName: datum-external-global-proxy
  listeners: [{ name: web, hostname: www.example.com, port: 443, protocol: HTTPS, tls: { mode: Terminate, options: { gateway.networking.datumapis.com/certificate-issuer: x } } }]
`;
const records = `
apiVersion: dns.networking.miloapis.com/v1alpha1
kind: DNSRecordSet
metadata: { name: www }
spec:
  dnsZoneRef: { name: example }
  recordType: A
  records: [{ name: "@", ttl: 300, a: { content: 192.0.2.1 } }]
`;
const protection = `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: waf }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: site }]
  ruleSets: [{ type: OWASPCoreRuleSet, owaspCoreRuleSet: { paranoiaLevels: { detection: 2, blocking: 1 } } }]
`;
const attachment = `
apiVersion: galactic.datumapis.com/v1alpha
kind: VPCAttachment
metadata: { name: a }
spec:
  vpc: { name: v }
  interface: { addresses: [10.1.1.1/24, "2001:db8::1/64"] }
  routes: [{ destination: 192.168.1.0/24, via: 10.1.1.2 }, { destination: 10.9.0.0/16 }]
`;
const path = "spec.rules.0.matches.0.path";
const filters = (...list: object[]): Edit => ["spec.rules.0.filters", list];
const redirect = { type: "RequestRedirect", requestRedirect: { scheme: "https" } };
const rewrite = { type: "URLRewrite", urlRewrite: { hostname: "a.example" } };
const level = "spec.ruleSets.0.owaspCoreRuleSet";

const rows: readonly (readonly [title: string, text: string, edits: readonly Edit[], ...wanted: string[]])[] = [
  ["a proxy", proxy, []],
  ["a gateway", gateway, []],
  ["a record set", records, []],
  ["a protection", protection, []],
  ["an attachment", attachment, []],
  [
    "129 matches",
    proxy,
    [
      [
        "spec.rules",
        [0, 1, 2].map(() => ({
          matches: Array(43).fill({ method: "GET" }),
          backends: [{ endpoint: "https://a.example" }],
        })),
      ],
    ],
    "proxy/matches spec.rules",
  ],
  [
    "two redirects and a backend",
    proxy,
    [filters(redirect, redirect)],
    "proxy/backend spec.rules[0].backends",
    "proxy/filter spec.rules[0].filters[1]",
  ],
  [
    "a redirect and a rewrite",
    proxy,
    [filters(redirect, rewrite), ["spec.rules.0.backends", undefined]],
    "proxy/filter spec.rules[0].filters",
  ],
  ["a redirect alone", proxy, [filters(redirect), ["spec.rules.0.backends", undefined]]],
  ["another filter's body", proxy, [filters({ ...rewrite, cors: {} })], "proxy/filter spec.rules[0].filters[0].cors"],
  [
    "two mirrors",
    proxy,
    [filters(...Array(2).fill({ type: "RequestMirror", requestMirror: { backendRef: { name: "m" } } }))],
  ],
  [
    "a path with an encoded slash",
    proxy,
    [[path, { type: "Exact", value: "/a%2fb" }]],
    "proxy/path spec.rules[0].matches[0].path.value",
  ],
  [
    "a path that climbs",
    proxy,
    [[path, { type: "Exact", value: "/a/.." }]],
    "proxy/path spec.rules[0].matches[0].path.value",
  ],
  ["an expression as a path", proxy, [[path, { type: "RegularExpression", value: "a/..//b" }]]],
  ["a hostname twice", proxy, [["spec.hostnames", ["a.example", "a.example"]]], "proxy/hostname spec.hostnames[1]"],
  ["an address as a hostname", proxy, [["spec.hostnames", ["192.0.2.1"]]], "proxy/hostname spec.hostnames[0]"],
  ["a hostname in capitals", proxy, [["spec.hostnames", ["WWW.example.com"]]], "schema/pattern spec.hostnames[0]"],
  [
    "a private backend",
    proxy,
    [["spec.rules.0.backends.0.endpoint", "http://127.0.0.1:80"]],
    "proxy/endpoint spec.rules[0].backends[0].endpoint",
  ],
  [
    "a private backend behind a connector",
    proxy,
    [["spec.rules.0.backends.0", { endpoint: "http://127.0.0.1:80", connector: { name: "c" } }]],
  ],
  [
    "an endpoint and an instance",
    proxy,
    [["spec.rules.0.backends.0.instance", { name: "i", port: 80 }]],
    "proxy/backend spec.rules[0].backends[0]",
  ],
  ["nothing behind a rule", proxy, [["spec.rules.0.backends", []]], "proxy/backend spec.rules[0]"],
  [
    "17 backends",
    proxy,
    [["spec.rules.0.backends", Array(17).fill({ endpoint: "https://b.example" })]],
    "schema/max-items spec.rules[0].backends",
  ],
  [
    "a listener without a hostname",
    gateway,
    [["spec.listeners.0.hostname", undefined]],
    "gateway/listener spec.listeners[0]",
  ],
  [
    "a listener of the edge's own without a hostname",
    gateway,
    [
      ["spec.listeners.0.hostname", undefined],
      ["spec.listeners.0.name", "default-https"],
    ],
  ],
  [
    "a hostname without its domain",
    gateway,
    [["spec.listeners.0.hostname", "www"]],
    "gateway/listener spec.listeners[0].hostname",
  ],
  [
    "an option of TLS that is not known",
    gateway,
    [["spec.listeners.0.tls.options.color", "red"]],
    "gateway/unsupported spec.listeners[0].tls.options.color",
  ],
  [
    "kinds of routes",
    gateway,
    [["spec.listeners.0.allowedRoutes", { kinds: [{ kind: "HTTPRoute" }] }]],
    "gateway/unsupported spec.listeners[0].allowedRoutes.kinds",
  ],
  ["a listener of TCP", gateway, [["spec.listeners.0.protocol", "TCP"]], "gateway/listener spec.listeners[0].port"],
  [
    "certificates of one's own",
    gateway,
    [["spec.listeners.0.tls.certificateRefs", [{ name: "c" }]]],
    "gateway/unsupported spec.listeners[0].tls.certificateRefs",
  ],
  [
    "a gateway of another class",
    gateway,
    [
      ["spec.gatewayClassName", "own"],
      ["spec.listeners.0.port", 8443],
    ],
  ],
  [
    "a record of another type",
    records,
    [["spec.records.0.txt", { content: "x" }]],
    "dns/record-body spec.records[0].txt",
  ],
  [
    "an IPv6 address in an A record",
    records,
    [["spec.records.0.a.content", "2001:db8::1"]],
    "dns/address spec.records[0].a.content",
  ],
  ["no records", records, [["spec.records", []]], "schema/min-items spec.records"],
  [
    "a paranoia of 5",
    protection,
    [[`${level}.paranoiaLevels.detection`, 5]],
    "schema/maximum spec.ruleSets[0].owaspCoreRuleSet.paranoiaLevels.detection",
  ],
  [
    "a paranoia for inbound",
    protection,
    [[`${level}.paranoiaLevels.inbound`, 1]],
    "schema/unknown-field spec.ruleSets[0].owaspCoreRuleSet.paranoiaLevels.inbound",
  ],
  [
    "a backward range",
    protection,
    [[`${level}.ruleExclusions`, { idRanges: ["2-1", "1-2", "3-3"] }]],
    "protection/id-range spec.ruleSets[0].owaspCoreRuleSet.ruleExclusions.idRanges[0]",
    "protection/id-range spec.ruleSets[0].owaspCoreRuleSet.ruleExclusions.idRanges[2]",
  ],
  [
    "a route with host bits",
    attachment,
    [["spec.routes.0.destination", "10.1.1.1/24"]],
    "vpc/cidr spec.routes[0].destination",
  ],
  ["a way that is no address", attachment, [["spec.routes.0.via", "gateway"]], "vpc/cidr spec.routes[0].via"],
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

test("a misspelled field of a zone gets its right name", () => {
  const zone =
    "apiVersion: dns.networking.miloapis.com/v1alpha1\nkind: DNSZone\nmetadata: { name: z }\nspec: { domainname: example.com }\n";
  const { problems } = checkFiles({ "z.yaml": zone });
  assert.ok(problems.some(({ rule, hint }) => rule === "schema/unknown-field" && hint === "Did you mean domainName?"));
});

const endpoints: readonly (readonly [text: string, isRight: boolean])[] = [
  ["https://origin.example.com", true],
  ["http://origin.example.com:8080", true],
  ["http://192.0.2.1", true],
  ["http://[2001:db8::1]:80", true],
  ["https://192.0.2.1", false],
  ["https://origin.example.com/", false],
  ["https://origin.example.com?x", false],
  ["https://a:b@origin.example.com", false],
  ["ftp://origin.example.com", false],
  ["https://origin.example.com:0", false],
  ["https://origin.example.com:99999", false],
  ["https://localhost", false],
  ["http://0.0.0.0", false],
  ["http://169.254.169.254", false],
  ["http://[::1]", false],
  ["https://", false],
  ["", false],
];

test("behind a connector the loopback of its machine is meant, and nothing that has no place", () => {
  const problem = (text: string) => endpointProblem(text, { isPrivate: true, secureName: "" });
  assert.equal(["http://127.0.0.1:8080", "http://localhost", "http://10.0.0.1"].map(problem), Array(3).fill(undefined));
  assert.match(problem("http://0.0.0.0") ?? "", /unspecified/);
  assert.match(problem("http://169.254.169.254") ?? "", /link-local/);
});

for (const [text, isRight] of endpoints) {
  test(`the endpoint ${JSON.stringify(text)} is ${isRight ? "right" : "wrong"}`, () => {
    assert.is(endpointProblem(text, { isPrivate: false, secureName: "" }) === undefined, isRight);
  });
}

test.run();
