import type { Config } from "../config.ts";
import type { JsonObject } from "../core/json.ts";
import type { Checker } from "../datum/check.ts";
import { createChecker } from "../datum/checker.ts";
import type { Rules } from "./rules.ts";

/** The one checker of a configuration, on the command line as in the daemon; without a configuration the shipped defaults hold. */
export function openChecker(rules: Rules, config: Config | undefined, catalogs: JsonObject): Checker {
  return createChecker({
    schemas: rules.schemas,
    catalogs,
    kinds: config?.providers.edge.flatMap((plane) => plane.kinds) ?? [],
    allowsClearTextSecrets: config?.secrets.allowClearText ?? false,
  });
}
