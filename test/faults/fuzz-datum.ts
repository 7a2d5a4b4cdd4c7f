import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parse, stringify } from "yaml";
import type { Json } from "../../src/core/json.ts";
import { newlyAssumed } from "../../src/datum/assumed.ts";
import { readCatalogue } from "../../src/datum/catalogue.ts";
import { earlierOf } from "../../src/datum/earlier.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import { checkUpdates } from "../../src/datum/rules-update.ts";
import { fileLimits } from "../../src/datum/yaml.ts";
import { checkFiles, sandbox, surroundings, virtualMachine } from "../datum/support.ts";

const folder = new URL("../../policies/rules/", import.meta.url);
const catalogue = readCatalogue(
  readdirSync(folder).map((file) => ({ file, bytes: readFileSync(new URL(file, folder)) })),
);
/** Manifests of every kind that has an example, right and wrong. */
const seeds: readonly string[] = [
  sandbox(),
  virtualMachine(),
  ...surroundings.split("---\n"),
  ...catalogue.entries
    .flatMap(({ bad, good }) => [bad ?? "", good ?? ""])
    .filter((text) => text.includes("apiVersion")),
];

/** What stood before each odd file: the seeds as they are. */
const sound = seeds.flatMap((text) => checkFiles({ "odd.yaml": text }).documents);

const odd = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    1e21,
    0.5,
    2 ** 31,
    "",
    " ",
    "…",
    "0",
    "-1Gi",
    "10.0.0.0/33",
    "__proto__",
    [],
    {},
    [null],
    [[]],
    { name: null },
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** A manifest with some fields replaced, removed, renamed or doubled. */
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat(3), odd), { minLength: 1, maxLength: 4 }))
  .map(([seed, steps]) => {
    let root: unknown;
    try {
      root = parse(seed, { resolveKnownTags: false, logLevel: "silent" });
    } catch {
      return seed;
    }
    for (const [pick, how, value] of steps) change(root, pick, how, value);
    return stringify(root);
  });

function change(root: unknown, pick: number, how: number, value: Json): void {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, inner] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(inner);
    }
  };
  walk(root);
  const place = places[pick % Math.max(1, places.length)];
  if (place === undefined) return;
  const [holder, key] = place;
  if (how === 0) delete holder[key];
  else if (how === 1 && !Array.isArray(holder)) holder[`${key}x`] = holder[key];
  else if (how === 2 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
  else holder[key] = structuredClone(value);
}

/** Text with bytes cut out, put in or flipped. */
const garbled = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 6 })), { minLength: 1, maxLength: 5 }),
  )
  .map(([seed, steps]) => {
    let bytes = [...new TextEncoder().encode(seed)];
    for (const [at, how, more] of steps) {
      const place = at % Math.max(1, bytes.length);
      bytes = [
        ...bytes.slice(0, place),
        ...(how === 0 ? [] : more),
        ...bytes.slice(place + (how === 1 ? 0 : more.length)),
      ];
    }
    return Uint8Array.from(bytes);
  });

const raw = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  fc.stringMatching(/^[-[\]{}:,&*!|>%@`'"? \n#ab1]{0,60}$/).map((text) => new TextEncoder().encode(text)),
);

/** Checks and expands `count` odd files; throws what was thrown, with the smallest input that does it. */
export function fuzzDatum(count: number, seed: number): void {
  fc.assert(
    fc.property(
      fc.oneof({ weight: 5, arbitrary: mutated }, { weight: 3, arbitrary: garbled }, { weight: 2, arbitrary: raw }),
      (file) => {
        const { documents, problems } = checkFiles({ "base.yaml": surroundings, "odd.yaml": file });
        const text = typeof file === "string" ? file : new TextDecoder().decode(file);
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const problem of problems) {
          const isPlaced =
            problem.line >= 1 && problem.column >= 1 && (problem.file !== "odd.yaml" || problem.line <= lines + 1);
          if (!isPlaced || problem.message === "" || !/^[a-z]+\/[a-z0-9-]+$/.test(problem.rule))
            throw new Error(`a problem without a place or a rule: ${JSON.stringify(problem)}`);
          if (catalogue.find(problem.rule) === undefined) throw new Error(`no page explains ${problem.rule}`);
        }
        if (documents.length > fileLimits.documents) throw new Error("more documents than the limit");
        expandFleet(documents, { fleet: "example", allocations: new Map() });
        newlyAssumed(documents, earlierOf(sound, documents));
        const updates = [
          ...checkUpdates(documents, earlierOf(sound, documents)),
          ...checkUpdates(sound, earlierOf(documents, sound)),
        ];
        for (const { rule, message } of updates)
          if (!rule.startsWith("update/") || message === "") throw new Error(`an update is told as ${rule}`);
      },
    ),
    { numRuns: count, seed },
  );
}

const [, program, count] = process.argv;
if (program?.endsWith("fuzz-datum.ts")) {
  const seed = Date.now() % 2 ** 31;
  fuzzDatum(Number(count ?? 100_000), seed);
  process.stdout.write(`${count ?? 100_000} files, seed ${seed}: nothing was thrown\n`);
}
