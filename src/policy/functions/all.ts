import { cidrFunctions } from "./cidr.ts";
import { formatFunctions } from "./format.ts";
import { ipFunctions } from "./ip.ts";
import { listFunctions } from "./lists.ts";
import { loopFunctions } from "./loops.ts";
import { numberFunctions } from "./numbers.ts";
import { optionalFunctions } from "./optional.ts";
import { functionsOf, type OwnFunction } from "./overload.ts";
import { quantityFunctions } from "./quantity.ts";
import { regexFunctions } from "./regex.ts";
import { semverFunctions } from "./semver.ts";
import { textFunctions } from "./texts.ts";
import { urlFunctions } from "./urls.ts";

/** Everything that policies may call beyond the engine's own functions. */
export const allFunctions: readonly OwnFunction[] = functionsOf([
  ...listFunctions,
  ...regexFunctions,
  ...urlFunctions,
  ...textFunctions,
  ...quantityFunctions,
  ...ipFunctions,
  ...cidrFunctions,
  ...semverFunctions,
  ...formatFunctions,
  ...optionalFunctions,
  ...loopFunctions,
  ...numberFunctions,
]);
