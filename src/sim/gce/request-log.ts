import type { JsonObject } from "../../core/json.ts";

/** Counts what was asked, for tests and benchmarks that must know how many calls something costs. */
export interface RequestLog {
  add(method: string, path: string, rpc: string | undefined): void;
  clear(): void;
  /** Requests by `Service.Method`, and how many of all were reads and writes; waiting counts as reading. */
  describe(): { readonly reads: number; readonly writes: number; readonly byMethod: JsonObject };
}

/** Makes an empty log. */
export function createRequestLog(): RequestLog {
  let reads = 0;
  let writes = 0;
  let byMethod: Record<string, number> = {};
  return {
    add: (method, path, rpc) => {
      if (method === "GET" || rpc?.endsWith(".Wait") === true) reads += 1;
      else writes += 1;
      const name = rpc ?? `${method} ${path.slice(0, 100)}`;
      byMethod[name] = (byMethod[name] ?? 0) + 1;
    },
    clear: () => {
      reads = 0;
      writes = 0;
      byMethod = {};
    },
    describe: () => ({ reads, writes, byMethod: { ...byMethod } }),
  };
}
