import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { Json } from "../core/json.ts";

/** Where one node was written, as offsets into the text; -1 where it has no key. */
export interface Place {
  readonly key: number;
  readonly value: number;
  /** Places of what it holds; `literal` for a block of lines. */
  readonly inner: Readonly<Record<string, Place>> | readonly Place[] | "literal" | undefined;
}

/** What is wrong with a document that can be parsed. */
export interface TreeFault {
  readonly rule: string;
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** A document as plain JSON beside the places of its nodes; the parser's own nodes are not kept. */
export interface Tree {
  readonly value: Json;
  readonly place: Place;
  readonly faults: readonly TreeFault[];
}

/** Bounds of one document. */
export interface TreeLimits {
  readonly depth: number;
  /** Values of a document, those that aliases repeat counted each time. */
  readonly nodes: number;
}

type Part = readonly [value: Json, place: Place];
type Value = Node | Pair | null | undefined;

/**
 * Turns parsed nodes into JSON. Values that anchors share are shared, but counted each time, so that a bomb costs nothing.
 * Doubled keys are found here and not by the parser, whose own search is quadratic.
 */
export function readTree(root: Value, limits: TreeLimits): Tree {
  const faults: TreeFault[] = [];
  const anchors = new Map<string, Value>();
  const done = new Map<Value, { readonly part: Part; readonly nodes: number }>();
  const open = new Set<Value>();
  let nodes = 0;

  const fail = (rule: string, offset: number, message: string, hint: string): void => {
    faults.push({ rule, offset, message, hint });
  };
  const isOver = (): boolean => nodes > limits.nodes;

  function count(more: number, offset: number): void {
    const before = isOver();
    nodes += more;
    if (before || !isOver()) return;
    const message = `The document holds more than ${limits.nodes} values.`;
    fail("yaml/size", offset, message, "Split it, and write out what anchors and aliases repeat.");
  }

  function read(node: Value, key: number, depth: number): Part {
    const start = offsetOf(node, key);
    count(1, start);
    if (isOver()) return nothing(key, start);
    if (depth > limits.depth) {
      const message = `The document nests more than ${limits.depth} levels deep.`;
      fail("yaml/depth", start, message, "Nest less deeply.");
      nodes = limits.nodes + 1;
      return nothing(key, start);
    }
    if (isAlias(node)) return readAlias(node.source, key, start);
    if (isScalar(node)) return readScalar(node, key, start);
    if (!isMap(node) && !isSeq(node)) return nothing(key, start);
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    open.add(node);
    const before = nodes;
    const part = isMap(node) ? readMap(node, key, start, depth) : readList(node.items as Value[], key, start, depth);
    open.delete(node);
    if (node.anchor !== undefined) done.set(node, { part, nodes: nodes - before });
    return part;
  }

  function readAlias(name: string, key: number, start: number): Part {
    const target = anchors.get(name);
    const known = done.get(target);
    if (open.has(target)) fail("yaml/aliases", start, `The anchor ${name} contains itself.`, "Write the value out.");
    else if (known === undefined) {
      fail(
        "yaml/aliases",
        start,
        `There is no anchor ${name} above.`,
        `Add &${name} to a value above, or write it out.`,
      );
    } else {
      count(known.nodes, start);
      // Its places are the alias: that is where the document says it.
      return [known.part[0], { key, value: start, inner: undefined }];
    }
    return nothing(key, start);
  }

  function readScalar(node: Scalar, key: number, start: number): Part {
    const value = plainValue(node);
    if (value === undefined) {
      fail("yaml/number", start, "The value is a number that JSON cannot hold exactly.", "Quote it.");
    }
    const inner = node.type === "BLOCK_LITERAL" ? "literal" : undefined;
    const part: Part = [value ?? null, { key, value: start, inner }];
    if (node.anchor !== undefined) {
      anchors.set(node.anchor, node);
      done.set(node, { part, nodes: 1 });
    }
    return part;
  }

  function readList(items: readonly Value[], key: number, start: number, depth: number): Part {
    const values: Json[] = [];
    const places: Place[] = [];
    for (const item of items) {
      const [value, place] = read(item, -1, depth + 1);
      values.push(value);
      places.push(place);
      if (isOver()) break;
    }
    return [values, { key, value: start, inner: places }];
  }

  function readMap(node: YAMLMap, key: number, start: number, depth: number): Part {
    const value: Record<string, Json> = {};
    const places: Record<string, Place> = {};
    const merged: [Value, number][] = [];
    for (const pair of node.items) {
      const at = offsetOf(pair.key as Value, start);
      const name = keyText(pair.key);
      if (name === undefined) {
        fail("yaml/key", at, "A key must be plain text.", "Quote the key, or make it a value.");
      } else if (isMerge(pair.key)) {
        merged.push([pair.value as Value, at]);
      } else if (Object.hasOwn(value, name)) {
        fail("yaml/duplicate-key", at, `The key ${name} stands twice in one map.`, "Keep one of the two.");
      } else {
        if (isScalar(pair.key) && pair.key.anchor !== undefined) readScalar(pair.key, -1, at);
        const [inner, place] = read(pair.value as Value, at, depth + 1);
        put(value, name, inner);
        put(places, name, place);
      }
      if (isOver()) break;
    }
    for (const [source, at] of merged) merge(value, places, source, at, depth);
    return [value, { key, value: start, inner: places }];
  }

  /** `<<`: fields of other maps, where the map does not say them itself. */
  function merge(
    value: Record<string, Json>,
    places: Record<string, Place>,
    source: Value,
    at: number,
    depth: number,
  ): void {
    for (const one of isSeq(source) ? (source.items as Value[]) : [source]) {
      const [from, place] = read(one, at, depth + 1);
      if (typeof from !== "object" || from === null || Array.isArray(from)) {
        if (faults.length === 0) fail("yaml/key", at, "A merge (<<) takes a map or maps.", "Name an anchor of a map.");
        continue;
      }
      for (const [name, part] of Object.entries(from)) {
        if (Object.hasOwn(value, name)) continue;
        put(value, name, part);
        put(places, name, place);
      }
    }
  }

  const [value, place] = read(root, -1, 0);
  return { value, place, faults };
}

function nothing(key: number, value: number): Part {
  return [null, { key, value, inner: undefined }];
}

/** A scalar's own place; the key's place for maps and lists. */
function offsetOf(node: Value, key: number): number {
  if (isScalar(node) && node.range) return node.range[0];
  if (isAlias(node) && node.range) return node.range[0];
  return key >= 0 ? key : ((node as Node | null | undefined)?.range?.[0] ?? 0);
}

/** JSON values only; `0644` is octal, as Kubernetes reads it. Undefined: no number that JSON holds. */
function plainValue(node: Scalar): Json | undefined {
  const { value, source } = node;
  if (typeof value === "number") {
    if (node.type === "PLAIN" && source !== undefined && /^[-+]?0[0-7]+$/.test(source))
      return Number.parseInt(source, 8);
    const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    return isExact ? value : undefined;
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : String(source ?? "");
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === "string") return key.value;
  return key.value === null ? undefined : (key.source ?? String(key.value));
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

/** Sets a field whatever its name: `__proto__` is a field like any other. */
function put<T>(target: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else target[name] = value;
}
