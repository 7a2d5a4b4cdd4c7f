import { createHash } from "node:crypto";
import type { Item, Stub } from "./stub-world.ts";

interface Asked {
  readonly stub: Stub;
  readonly body: Item;
  readonly query: URLSearchParams;
  readonly found: readonly string[];
}

type Route = readonly [method: string, path: RegExp, answer: (asked: Asked) => readonly [number, unknown]];

let nextId = 100;
const now = (): string => "2026-01-02T03:04:05Z";
const missing = [404, { message: "Not Found" }] as const;
const me = (stub: Stub): Item => ({ login: stub.login, type: stub.login.endsWith("[bot]") ? "Bot" : "User" });
const add = (list: Item[], item: Item): Item => {
  const made = { id: nextId++, created_at: now(), ...item };
  list.push(made);
  return made;
};
const byId = (list: Item[], id: string | undefined): Item | undefined => list.find((item) => String(item.id) === id);
const drop = (list: Item[], item: Item | undefined): readonly [number, unknown] => {
  if (item === undefined) return missing;
  list.splice(list.indexOf(item), 1);
  return [204, ""];
};
const change = (item: Item | undefined, fields: Item): readonly [number, unknown] =>
  item === undefined ? missing : [200, Object.assign(item, fields)];
const sha = (value: unknown): string => createHash("sha1").update(JSON.stringify(value)).digest("hex");
const commentOf = (stub: Stub, thread: string, body: unknown): Item => ({
  node_id: `node${nextId}`,
  user: me(stub),
  body,
  issue_url: `${stub.url}/repos/o/r/issues/${thread}`,
  html_url: `https://github.com/o/r/pull/${thread}#issuecomment-1`,
});

const conversations: readonly Route[] = [
  [
    "GET",
    /^\/issues\/comments\/(\d+)$/,
    ({ stub, found }) => {
      const comment = byId(stub.comments, found[0]);
      return comment === undefined ? missing : [200, comment];
    },
  ],
  ["PATCH", /^\/issues\/comments\/(\d+)$/, ({ stub, found, body }) => change(byId(stub.comments, found[0]), body)],
  ["DELETE", /^\/issues\/comments\/(\d+)$/, ({ stub, found }) => drop(stub.comments, byId(stub.comments, found[0]))],
  ["GET", /^\/issues\/comments$/, ({ stub }) => [200, stub.comments]],
  [
    "GET",
    /^\/issues\/(\d+)\/comments$/,
    ({ stub, found }) => [200, stub.comments.filter(({ issue_url }) => String(issue_url).endsWith(`/${found[0]}`))],
  ],
  [
    "POST",
    /^\/issues\/(\d+)\/comments$/,
    ({ stub, found, body }) => [201, add(stub.comments, commentOf(stub, found[0] ?? "", body.body))],
  ],
  [
    "POST",
    /^\/issues\/comments\/(\d+)\/reactions$/,
    ({ stub, found, body }) => {
      const same = stub.reactions.find(({ comment, content }) => comment === found[0] && content === body.content);
      return same === undefined
        ? [201, add(stub.reactions, { user: me(stub), comment: found[0], ...body })]
        : [200, same];
    },
  ],
  [
    "GET",
    /^\/issues\/comments\/(\d+)\/reactions$/,
    ({ stub, found, query }) => [
      200,
      stub.reactions.filter(({ comment, content }) => comment === found[0] && content === query.get("content")),
    ],
  ],
  [
    "DELETE",
    /^\/issues\/comments\/\d+\/reactions\/(\d+)$/,
    ({ stub, found }) => drop(stub.reactions, byId(stub.reactions, found[0])),
  ],
  ["GET", /^\/issues$/, ({ stub }) => [200, stub.issues]],
  [
    "GET",
    /^\/issues\/(\d+)$/,
    ({ stub, found }) => {
      const issue = stub.issues.find(({ number }) => String(number) === found[0]);
      return issue === undefined ? missing : [200, issue];
    },
  ],
  [
    "PATCH",
    /^\/issues\/(\d+)$/,
    ({ stub, found, body }) =>
      change(
        stub.issues.find(({ number }) => String(number) === found[0]),
        body,
      ),
  ],
  [
    "POST",
    /^\/issues$/,
    ({ stub, body }) => [
      201,
      add(stub.issues, { number: stub.issues.length + 1, state: "open", user: me(stub), ...body }),
    ],
  ],
];

const repository: readonly Route[] = [
  [
    "GET",
    /^\/pulls$/,
    ({ stub, query }) => {
      const head = query.get("head")?.split(":")[1];
      const wanted = stub.pulls.filter(({ state }) => query.get("state") === "all" || state === "open");
      const list = wanted.filter((pull) => head === undefined || (pull.head as Item).ref === head);
      return [200, query.get("direction") === "desc" ? [...list].reverse() : list];
    },
  ],
  [
    "GET",
    /^\/pulls\/(\d+)$/,
    ({ stub, found }) => {
      const pull = stub.pulls.find(({ number }) => String(number) === found[0]);
      return pull === undefined ? missing : [200, pull];
    },
  ],
  [
    "POST",
    /^\/pulls$/,
    ({ stub, body }) => [
      201,
      add(
        stub.pulls,
        pullItem(
          stub.pulls.length + 1,
          String(body.head),
          String(body.base),
          String(stub.refs.get(`heads/${body.head}`)),
        ),
      ),
    ],
  ],
  ["POST", /^\/statuses\/(\w+)$/, ({ stub, found, body }) => [201, add(stub.statuses, { sha: found[0], ...body })]],
  [
    "GET",
    /^\/commits\/(\w+)\/status$/,
    ({ stub, found }) => {
      const last = new Map(stub.statuses.filter((status) => status.sha === found[0]).map((one) => [one.context, one]));
      return [200, { statuses: [...last.values()] }];
    },
  ],
  [
    "GET",
    /^\/commits\/(\w+)\/check-runs$/,
    ({ stub, found }) => [200, { check_runs: stub.runs.filter(({ head_sha }) => head_sha === found[0]).map(runItem) }],
  ],
  [
    "POST",
    /^\/check-runs$/,
    ({ stub, body }) => {
      const run = add(stub.runs, { ...body, all: annotationsOf(body) });
      return [201, runItem(run)];
    },
  ],
  [
    "PATCH",
    /^\/check-runs\/(\d+)$/,
    ({ stub, found, body }) => {
      const run = byId(stub.runs, found[0]);
      if (run === undefined) return missing;
      Object.assign(run, body, { all: [...(run.all as unknown[]), ...annotationsOf(body)] });
      return [200, runItem(run)];
    },
  ],
  [
    "GET",
    /^\/collaborators\/([^/]+)\/permission$/,
    ({ stub, found }) =>
      stub.permission === "" ? missing : [200, { permission: stub.permission, user: { login: found[0] } }],
  ],
  [
    "GET",
    /^\/git\/ref\/(.+)$/,
    ({ stub, found }) => {
      const commit = stub.refs.get(decodeURIComponent(found[0] ?? ""));
      return commit === undefined ? missing : [200, { object: { sha: commit } }];
    },
  ],
  [
    "GET",
    /^\/git\/commits\/(\w+)$/,
    ({ stub, found }) => {
      const commit = stub.commits.get(found[0] ?? "");
      return commit === undefined ? missing : [200, commit];
    },
  ],
  [
    "POST",
    /^\/git\/commits$/,
    ({ stub, body }) => {
      const id = sha(body);
      const commit = { sha: id, message: body.message, tree: { sha: body.tree }, parents: body.parents };
      stub.commits.set(id, commit);
      return [201, commit];
    },
  ],
  ["POST", /^\/git\/(?:blobs|trees)$/, ({ body }) => [201, { sha: sha(body) }]],
  [
    "POST",
    /^\/git\/refs$/,
    ({ stub, body }) => {
      const name = String(body.ref).replace("refs/", "");
      if (stub.refs.has(name)) return [422, { message: "Reference already exists" }];
      stub.refs.set(name, String(body.sha));
      return [201, {}];
    },
  ],
  [
    "PATCH",
    /^\/git\/refs\/(.+)$/,
    ({ stub, found, body }) => {
      stub.refs.set(decodeURIComponent(found[0] ?? ""), String(body.sha));
      return [200, {}];
    },
  ],
  [
    "GET",
    /^\/deployments$/,
    ({ stub, query }) => [
      200,
      stub.deployments.filter(
        ({ ref, environment }) => ref === query.get("sha") && environment === query.get("environment"),
      ),
    ],
  ],
  [
    "POST",
    /^\/deployments$/,
    ({ stub, body }) => [201, add(stub.deployments, { ...body, creator: me(stub), states: [] })],
  ],
  ["GET", /^\/deployments\/(\d+)\/statuses$/, ({ stub, found }) => [200, byId(stub.deployments, found[0])?.states]],
  [
    "POST",
    /^\/deployments\/(\d+)\/statuses$/,
    ({ stub, found, body }) => {
      const states = byId(stub.deployments, found[0])?.states as Item[] | undefined;
      states?.unshift(body);
      return states === undefined ? missing : [201, body];
    },
  ],
];

function annotationsOf(body: Item): unknown[] {
  return ((body.output as Item | undefined)?.annotations as unknown[] | undefined) ?? [];
}

function runItem(run: Item): Item {
  return { ...run, output: { ...(run.output as Item), annotations_count: (run.all as unknown[]).length } };
}

/** A pull request as GitHub lists it. */
export function pullItem(number: number, head: string, base = "main", commit = "a".repeat(40), fork = "o/r"): Item {
  return {
    number,
    title: `Change ${number}`,
    state: "open",
    user: { login: "alice", type: "User" },
    head: { ref: head, sha: commit, repo: fork === "" ? null : { full_name: fork } },
    base: { ref: base, repo: { full_name: "o/r" } },
    html_url: `https://github.com/o/r/pull/${number}`,
  };
}

/** Answers a request of a repository, or as nobody. */
export function routed(
  stub: Stub,
  method: string,
  path: string,
  body: Item,
  query: URLSearchParams,
): readonly [number, unknown] {
  if (path === "/user") return [200, me(stub)];
  const inside = path.replace(/^\/repos\/o\/r/, "");
  for (const [wanted, pattern, handle] of [...conversations, ...repository]) {
    const found = wanted === method ? pattern.exec(inside) : null;
    if (found !== null) return handle({ stub, body, query, found: found.slice(1) });
  }
  return missing;
}
