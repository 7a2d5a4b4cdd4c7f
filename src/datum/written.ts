import type { Change, Plan } from "../core/change.ts";
import { isObject, type Json } from "../core/json.ts";
import type { FieldChange, Ingredient, Written } from "../core/resource.ts";
import { type Document, identityOf, type Path, pathText, valueAt } from "./document.ts";
import type { Earlier } from "./earlier.ts";

/** As many as anybody reads of one field. */
const mostWritten = 20;

/**
 * The plan with what was written otherwise since the last applied commit at each field that is rendered from many: a boot script says
 * nothing to people, the image in it does. Such a field points to the first of these lines.
 */
export function withWritten(plan: Plan, documents: readonly Document[], before: Earlier): Plan {
  const wanting = plan.changes.filter(isTraceable);
  if (wanting.length === 0) return plan;
  const sought = new Set(wanting.flatMap(({ resource }) => Object.values(resource?.fieldIngredients ?? {}).flat()));
  const names = new Set([...sought].map(({ manifest }) => manifest));
  const present = new Map(
    documents.flatMap((document) => {
      const identity = identityOf(document);
      return names.has(identity) ? [[identity, document] as const] : [];
    }),
  );
  // All members of a deployment share their ingredients: each list is looked through once.
  const known = new Map<readonly Ingredient[], readonly Written[]>();
  const writtenIn = (ingredients: readonly Ingredient[]): readonly Written[] => {
    const found = known.get(ingredients) ?? ingredients.flatMap((one) => differencesIn(one, present, before));
    known.set(ingredients, found);
    return found;
  };
  const traced = new Set(wanting);
  return {
    ...plan,
    changes: plan.changes.map((change) => (traced.has(change) ? trace(change, writtenIn) : change)),
  };
}

function isTraceable({ fields, resource, cause }: Change): boolean {
  return fields.length > 0 && cause !== "drift" && resource?.fieldIngredients !== undefined;
}

function trace(change: Change, writtenIn: (ingredients: readonly Ingredient[]) => readonly Written[]): Change {
  const fields = change.fields.map((field): FieldChange => {
    const ingredients = change.resource?.fieldIngredients?.[field.path];
    const written = ingredients === undefined ? [] : writtenIn(ingredients).slice(0, mostWritten);
    const [first] = written;
    return first === undefined ? field : { ...field, source: first.source, written };
  });
  return { ...change, fields };
}

function differencesIn(
  { manifest, path }: Ingredient,
  present: ReadonlyMap<string, Document>,
  before: Earlier,
): readonly Written[] {
  const now = present.get(manifest);
  const old = now === undefined ? undefined : before.of(now);
  if (now === undefined || old === undefined || old === now) return [];
  const found: Written[] = [];
  const facts = { document: now, name: `${now.kind} ${now.namespace === "" ? "" : `${now.namespace}/`}${now.name}` };
  compare(
    valueAt(old.content, path),
    valueAt(now.content, path),
    { path, text: pathText(path) },
    (place, left, right) =>
      found.push({
        ...{ manifest: facts.name, path: place.text, before: left, after: right },
        source: facts.document.at(place.path),
      }),
  );
  return found;
}

interface Spot {
  readonly path: Path;
  readonly text: string;
}

type Found = (place: Spot, before: Json | undefined, after: Json | undefined) => void;

function compare(before: Json | undefined, after: Json | undefined, spot: Spot, found: Found): void {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(before[key], after[key], below(spot, key, key), found);
    return;
  }
  // A list that was not there was an empty one.
  const left = namedMembers(before ?? (Array.isArray(after) ? [] : undefined));
  const right = namedMembers(after ?? (Array.isArray(before) ? [] : undefined));
  if (left !== undefined && right !== undefined) {
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      const [old, now] = [left.get(name), right.get(name)];
      // What went has no line of its own any more: the list it was in has.
      compare(old?.value, now?.value, now === undefined ? named(spot, name) : below(spot, now.index, name), found);
    }
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) found(spot, before, after);
}

/** A list whose members all have names of their own, by these names. */
function namedMembers(
  value: Json | undefined,
): ReadonlyMap<string, { readonly value: Json; readonly index: number }> | undefined {
  if (!Array.isArray(value)) return undefined;
  const members = new Map<string, { readonly value: Json; readonly index: number }>();
  for (const [index, item] of value.entries()) {
    if (!isObject(item) || typeof item.name !== "string") return undefined;
    members.set(item.name, { value: item, index });
  }
  return members.size === value.length ? members : undefined;
}

function below(spot: Spot, step: string | number, name: string): Spot {
  const { text } = typeof step === "number" ? named(spot, name) : { text: joined(spot.text, name) };
  return { path: [...spot.path, step], text };
}

function named(spot: Spot, name: string): Spot {
  return { path: spot.path, text: `${spot.text}[${name}]` };
}

function joined(text: string, step: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(step)) return `${text}[${step}]`;
  return text === "" ? step : `${text}.${step}`;
}
