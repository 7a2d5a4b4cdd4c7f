import { reference, uidOf } from "../../src/core/identity.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Observed, Resource } from "../../src/core/resource.ts";

/** What a test says of a resource; the rest has plain defaults. */
export interface Sketch {
  readonly kind?: string;
  readonly name: string;
  readonly spec?: JsonObject;
  /** Names (`kind/name`) of resources of the same provider it refers to. */
  readonly uses?: readonly string[];
  readonly provides?: readonly string[];
  readonly needs?: readonly string[];
  readonly group?: Resource["group"];
  readonly adopt?: boolean;
  readonly protected?: boolean;
  readonly provider?: string;
  readonly line?: number;
}

/** The fleet name of every sketched resource. */
export const fleet = "test";

/** Makes a full resource out of a sketch: deterministic address, key and uid. */
export function resource(sketch: Sketch): Resource {
  const provider = sketch.provider ?? "memory";
  const kind = sketch.kind ?? "instance";
  const uses = (sketch.uses ?? []).map((name) => reference(`${provider}/${name.replace("/", "/default/")}`, name));
  return {
    address: `${provider}/${kind}/default/${sketch.name}`,
    provider,
    kind,
    uid: uidOf(fleet, kind, "default", sketch.name),
    key: `${kind}/${sketch.name}`,
    realm: "all",
    spec: { ...(sketch.spec ?? {}), ...(uses.length > 0 ? { uses } : {}) },
    provides: sketch.provides ?? [],
    needs: sketch.needs ?? [],
    source: { file: "fleet.yaml", line: sketch.line ?? 1, column: 1 },
    fieldSources: {},
    owner: `Workload default/${sketch.name}`,
    location: "dfw",
    protected: sketch.protected ?? false,
    adopt: sketch.adopt ?? false,
    ...(sketch.group === undefined ? {} : { group: sketch.group }),
  };
}

/** The live thing that a resource makes, with our marker unless told otherwise. */
export function live(made: Resource, facts: Partial<Observed> & { readonly foreign?: boolean } = {}): Observed {
  const { foreign, ...rest } = facts;
  const marker = { fleet, uid: made.uid, address: made.address, spec: "", commit: "c0" };
  return {
    provider: made.provider,
    kind: made.kind,
    key: made.key,
    realm: made.realm,
    id: `id of ${made.key}`,
    state: {},
    status: { phase: "ready", detail: "RUNNING", addresses: {} },
    ...(foreign === true ? {} : { marker }),
    ...rest,
  };
}
