import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { type Answer, at, networks, until, withSimulator } from "./scene.ts";

const test = suite("edge simulator: what kubectl sends");

interface Recorded {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly base64?: string;
  readonly code: number;
}

const { requests } = JSON.parse(
  readFileSync(new URL("../../fixtures/kubectl/requests.json", import.meta.url), "utf8"),
) as { readonly requests: readonly Recorded[] };

/** What each answer holds beside its code: a path into it and the value there. */
const expected: Readonly<Record<string, readonly (readonly [path: readonly (string | number)[], value: Json])[]>> = {
  "get networks": [[["kind"], "Table"]],
  apply: [[["spec", "mtu"], 1400]],
  diff: [[["spec", "mtu"], 1500]],
  "apply --server-side": [[["spec", "mtu"], 1500]],
  "apply what the schema refuses": [
    [["reason"], "Invalid"],
    [["details", "causes", 0, "field"], "spec.mtu"],
    [["details", "causes", 0, "reason"], "FieldValueInvalid"],
  ],
  "apply an unknown field": [[["reason"], "BadRequest"]],
  "create namespace": [
    [["metadata", "name"], "team"],
    [["status", "phase"], "Active"],
  ],
  "create configmap": [[["data", "a"], "b"]],
  "describe: events": [[["items"], []]],
  label: [[["metadata", "labels", "a"], "b"]],
  patch: [[["spec", "mtu"], 1450]],
  "get -l": [[["rows", 0, "cells", 0], "prod"]],
  "wait: list": [[["items", 0, "metadata", "name"], "prod"]],
};

test("is answered as a server would", () =>
  withSimulator(
    async (send, simulator) => {
      for (const { what, method, path, accept, contentType, body, base64, code } of requests) {
        // Whoever is made gets its finalizer at once, and with it another version.
        const known = (found: Answer) => found.code === 404 || at(found.body, "metadata", "finalizers") !== undefined;
        const current = await until(() => send("GET", `${networks}/prod`), known);
        const version = String(at(current.body, "metadata", "resourceVersion"));
        const content = base64 === undefined ? body?.replace("CURRENT", version) : Buffer.from(base64, "base64");
        const answer = await fetch(simulator.url + path, {
          method,
          headers: { accept, ...(contentType !== undefined && { "content-type": contentType }) },
          ...(content !== undefined && { body: content }),
        });
        const told = (await answer.json()) as JsonObject;
        assert.is(answer.status, code, `${what}: ${JSON.stringify(told)}`);
        for (const [where, value] of expected[what] ?? []) assert.equal(at(told, ...where), value, what);
      }
      assert.is((await fetch(`${simulator.url}${networks}/prod`)).status, 200, "a finalizer holds what was deleted");
    },
    { readyAfterMs: 60_000 },
  ));

test.run();
