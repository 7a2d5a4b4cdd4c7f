import type { InventoryEntry } from "../../src/core/inventory.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import type { Resource } from "../../src/core/resource.ts";
import type { Checker } from "../../src/datum/check.ts";
import type { Document } from "../../src/datum/document.ts";
import type { Order, Provider, Scope } from "../../src/providers/provider.ts";
import { createParseCache } from "../../src/read.ts";
import { type PassSignals, reconcile, type World } from "../../src/reconcile.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fakeClock } from "./clock.ts";
import { memoryRepository } from "./memory-repository.ts";
import { createMemoryWorld, type MemoryWorld } from "./memory-world.ts";
import { fleet, resource } from "./resources.ts";

/** One world of a scene with what a test may do to it. */
export interface SceneWorld extends MemoryWorld {
  /** What listing throws after having given everything but the last thing; undefined lists in peace. */
  unlisted: Error | undefined;
  /** Runs before the world does what is ordered; what it throws is what apply throws. */
  onApply: (order: Order) => unknown;
  /** What was asked for, look by look. */
  readonly scopes: Scope[];
}

/** Everything from repository to worlds in memory. Manifests are lines: `instance/web size=1 uses=network/main`. */
export type Scene = ReturnType<typeof openScene>;

/** Opens a scene with the worlds named; the first one is where lines without a world go. */
export function openScene(over: Partial<World["judges"]> = {}, names: readonly string[] = ["memory"]) {
  const worlds = new Map(names.map((name) => [name, sceneWorld(name)]));
  const repository = memoryRepository(10_000);
  const clock = fakeClock();
  const events: ProgressEvent[] = [];
  const scene = {
    ...{ repository, clock, events },
    store: createMemoryStore(),
    first: worlds.get(names[0] ?? "") as SceneWorld,
    at: (name: string) => worlds.get(name) as SceneWorld,
    judges: {
      ...{ fleet, prefix: "", checker: lineChecker, driftPolicy: "correct" as const, rulesDigest: "rules" },
      providers: [...worlds.values()].map(({ provider }) => provider),
      limits: { maxDeletes: 100, maxDeletePercent: 100, percentFrom: 1, allowEmpty: true, protectedKinds: [] },
      cache: createParseCache(100),
      ...over,
    },
    world: (): World => ({
      ...{ judges: scene.judges, repository, branch: "main", store: scene.store, clock, random: () => 0 },
      patience: { concurrency: 2, attempts: 1, firstDelayMs: 10, maxDelayMs: 1_000, progressDeadlineMs: 600_000 },
      onProgress: (event) => void events.push(event),
    }),
    /** Commits one file of these lines. */
    commit: (...lines: readonly string[]) => repository.commitFiles({ "fleet.yaml": lines.join("\n") }),
    look: (signals: Partial<PassSignals> = {}) =>
      reconcile(scene.world(), "scheduled", { stopping: never, signal: never, ...signals }),
    /** One look as words: `applied`, or `invalid, settled`. */
    pass: async () => (await scene.look()).map(({ kind }) => kind).join(", "),
    /** Keys of everything that stands in all worlds, sorted. */
    keys: () => [...worlds.values()].flatMap(({ things }) => [...things.keys()]).sort(),
    inventory: (): Promise<readonly InventoryEntry[]> => scene.store.inventory(fleet),
  };
  return scene;
}

/** A signal that is never aborted. */
export const never = new AbortController().signal;

function sceneWorld(name: string): SceneWorld {
  const memory = createMemoryWorld(name);
  const inner = memory.provider;
  const scopes: Scope[] = [];
  const world: SceneWorld = Object.assign(memory, {
    ...{ unlisted: undefined, onApply: () => undefined, scopes },
    provider: {
      ...inner,
      translate: ({ documents }) => documents.flatMap((document) => resourceOf(name, document)),
      async *observe(scope, signal) {
        scopes.push(scope);
        let left = memory.things.size;
        for await (const thing of inner.observe(scope, signal)) {
          left -= 1;
          if (world.unlisted === undefined || left > 0) yield thing;
        }
        if (world.unlisted !== undefined) throw world.unlisted;
      },
      async apply(order, signal) {
        await world.onApply(order);
        return await inner.apply(order, signal);
      },
    } satisfies Provider,
  });
  return world;
}

/** The thing that a line of a world asks for. */
function resourceOf(provider: string, { name, content, at }: Document): readonly Resource[] {
  if (content.world !== provider) return [];
  const { kind, size, fixed, uses, group, needs, provides } = content as Readonly<Record<string, string | undefined>>;
  const made = resource({
    ...{ provider, name, spec: { ...(size && { size }), ...(fixed && { fixed }) } },
    ...(kind !== undefined && { kind }),
    ...(uses !== undefined && { uses: uses.split(",") }),
    ...(needs !== undefined && { needs: [needs] }),
    ...(provides !== undefined && { provides: [provides] }),
    ...(group !== undefined && { group: { name: group, ordinal: Number(name.split("-").at(-1)), width: 1 } }),
  });
  return [{ ...made, source: at([]) }];
}

/** Reads lines as manifests; a line `broken` is an error, `secret` makes the file one that holds a Secret. */
const lineChecker: Checker = {
  parse(file, bytes) {
    const lines = new TextDecoder().decode(bytes).split("\n");
    const documents = lines.flatMap((line, index): readonly Document[] => {
      const match = /^(?:(\w+):)?(\w+)\/([\w-]+)(.*)$/.exec(line);
      const source = { file, line: index + 1, column: 1 };
      const common = { file, index, apiVersion: "v1", namespace: "default", at: () => source };
      if (line === "secret") return [{ ...common, kind: "Secret", name: "secret", content: {} }];
      if (match === null) return [];
      const [, world = "memory", kind = "", name = "", rest = ""] = match;
      const fields = rest.split(" ").flatMap((part) => (part === "" ? [] : [part.split("=") as [string, string]]));
      return [{ ...common, kind: "Thing", name, content: { world, kind, ...Object.fromEntries(fields) } }];
    });
    const problems = lines.flatMap((line, index) => (line === "broken" ? [mistake(file, index + 1)] : []));
    return { file, documents, problems, dispositions: [] };
  },
  check: (files) => ({
    documents: files.flatMap(({ documents }) => documents),
    problems: files.flatMap(({ problems }) => problems),
    counts: { managed: 0, reference: 0, unmanaged: 0, unknown: 0, "not-a-manifest": 0 },
  }),
};

function mistake(file: string, line: number): Problem {
  return {
    severity: "error",
    rule: "line/broken",
    file,
    line,
    column: 1,
    path: "",
    message: "It is broken.",
    hint: "",
  };
}
