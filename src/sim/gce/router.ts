import type { Description, RouteRow } from "../../providers/gcp/description/description.ts";

/** A route of the published description that a request matched. */
export interface Route {
  readonly rpc: string;
  readonly bodyMessage: string;
  readonly query: ReadonlySet<string>;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request; undefined when the API has none. */
export type Router = (method: string, path: string) => Route | undefined;

interface Node {
  readonly children: Map<string, Node>;
  wild?: Node;
  readonly rows: Map<string, RouteRow>;
}

/** Makes the router of all routes that the description knows, implemented or not. */
export function createRouter(description: Description): Router {
  const root = newNode();
  for (const row of description.routes) {
    let node = root;
    for (const segment of row[1].split("/").slice(1)) node = step(node, segment);
    node.rows.set(row[0], row);
  }
  return (method, path) => {
    const segments = path.split("/").slice(1);
    const found = search(root, segments, 0, method);
    return found === undefined ? undefined : routeOf(found, segments);
  };
}

function newNode(): Node {
  return { children: new Map(), rows: new Map() };
}

function step(node: Node, segment: string): Node {
  if (segment.startsWith("{")) {
    node.wild ??= newNode();
    return node.wild;
  }
  const next = node.children.get(segment) ?? newNode();
  node.children.set(segment, next);
  return next;
}

/** A fixed segment wins over a parameter, but not when it leads nowhere. */
function search(node: Node, segments: readonly string[], at: number, method: string): RouteRow | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.rows.get(method);
  const fixed = node.children.get(segment);
  const found = fixed === undefined ? undefined : search(fixed, segments, at + 1, method);
  if (found !== undefined || node.wild === undefined || segment === "") return found;
  return search(node.wild, segments, at + 1, method);
}

function routeOf(row: RouteRow, segments: readonly string[]): Route {
  const params: Record<string, string> = {};
  for (const [index, segment] of row[1].split("/").slice(1).entries()) {
    if (!segment.startsWith("{")) continue;
    const name = segment.slice(1, -1).replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    params[name] = decoded(segments[index] ?? "");
  }
  return { rpc: row[2], bodyMessage: row[3], query: new Set(row[5].split(",")), params };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
