import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { type Default, type Path, pathText } from "./document.ts";

/** What a schema fills in: a tree of the fields below which some default stands. */
interface Fill {
  readonly fields: readonly (readonly [name: string, fill: Fill])[];
  readonly items: Fill | undefined;
  readonly value: Json | undefined;
}

/** Fills defaults into content in place and tells which. Parents that are not written are not made. */
export type FillDefaults = (content: JsonObject) => readonly Default[];

/** Finds the defaults of a schema once, so that filling them in visits only their parents. */
export function createDefaults(schema: JsonObject): FillDefaults {
  const fill = fillOf(schema);
  return (content) => {
    const filled: Default[] = [];
    if (fill !== undefined) apply(fill, content, [], filled);
    return filled;
  };
}

function fillOf(schema: Json | undefined): Fill | undefined {
  if (!isObject(schema)) return undefined;
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).flatMap(
    ([name, inner]): [string, Fill][] => {
      const fill = fillOf(inner);
      return fill === undefined ? [] : [[name, fill]];
    },
  );
  const items = fillOf(schema.items);
  if (fields.length === 0 && items === undefined && schema.default === undefined) return undefined;
  return { fields, items, value: schema.default };
}

function apply(fill: Fill, content: Json, path: Path, filled: Default[]): void {
  if (Array.isArray(content)) {
    if (fill.items === undefined) return;
    for (const [index, item] of (content as readonly Json[]).entries())
      apply(fill.items, item, [...path, index], filled);
    return;
  }
  if (!isObject(content)) return;
  const target = content as Record<string, Json>;
  for (const [name, inner] of fill.fields) {
    const value = target[name];
    if (value === undefined && inner.value !== undefined) {
      target[name] = inner.value;
      filled.push({ path: pathText([...path, name]), value: inner.value });
    } else if (value !== undefined) apply(inner, value, [...path, name], filled);
  }
}
