import type { JsonObject } from "../../core/json.ts";
import { type AccessOptions, type AccessRules, readAccessOptions } from "./access-rules.ts";
import { advance } from "./effects.ts";
import { type FaultOptions, type Faults, readFaultOptions } from "./faults.ts";
import { effects } from "./handlers.ts";
import type { RateLimitOptions, RateLimits } from "./rate-limits.ts";
import type { RequestLog } from "./request-log.ts";
import type { World } from "./world.ts";

/** What a test, or a person who tries failures, can do beside the API. */
export interface GceControl {
  readonly world: World;
  setFaults(options: FaultOptions): void;
  setRateLimits(options: RateLimitOptions): void;
  /** Limits of quota metrics in every region, such as `{ CPUS: 24 }`; an empty object lifts them. */
  setQuotas(limits: Readonly<Record<string, number>>): void;
  quotas(): Readonly<Record<string, number>>;
  /** What is refused from now on: permissions, services, credentials; an empty object allows everything again. */
  setAccess(options: AccessOptions): void;
  access(): Required<AccessOptions>;
  /** Forgets every token that was given out. */
  withdrawTokens(): void;
  /** Lets everything that is under way come to its end at once. */
  settle(): void;
  requests(): ReturnType<RequestLog["describe"]>;
  clearRequests(): void;
}

interface ControlParts {
  readonly world: World;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly log: RequestLog;
  readonly quotas: Map<string, number>;
  readonly access: AccessRules;
}

/** Makes the control of a simulator. */
export function createControl(parts: ControlParts): GceControl {
  const { world, faults, limits, log, quotas, access } = parts;
  return {
    world,
    setFaults: faults.set,
    setRateLimits: limits.set,
    setQuotas: (fresh) => {
      quotas.clear();
      for (const [metric, limit] of Object.entries(fresh)) quotas.set(metric, limit);
    },
    quotas: () => Object.fromEntries(quotas),
    setAccess: access.set,
    access: access.describe,
    withdrawTokens: access.withdrawTokens,
    settle: () => {
      advance(world, effects, Number.POSITIVE_INFINITY);
      world.commit();
    },
    requests: log.describe,
    clearRequests: log.clear,
  };
}

/** Answers `/_control/…`; undefined for a path it does not have. */
export function controlAnswer(
  control: GceControl,
  faults: Faults,
  method: string,
  path: string,
  body: JsonObject,
): JsonObject | undefined {
  switch (`${method} ${path}`) {
    case "GET /_control/state":
      return {
        projects: control.world.projects(),
        counts: control.world.counts(),
        requests: { ...control.requests() },
      };
    case "GET /_control/faults":
      return faults.describe();
    case "POST /_control/faults":
      control.setFaults(readFaultOptions(body));
      return faults.describe();
    case "POST /_control/rate-limits":
      control.setRateLimits(numbersIn(body));
      return {};
    case "GET /_control/quotas":
      return { ...control.quotas() };
    case "POST /_control/quotas":
      control.setQuotas(numbersIn(body));
      return {};
    case "GET /_control/access":
      return { ...control.access() };
    case "POST /_control/access":
      control.setAccess(readAccessOptions(body));
      return { ...control.access() };
    case "POST /_control/withdraw-tokens":
      control.withdrawTokens();
      return {};
    case "POST /_control/settle":
      control.settle();
      return {};
    case "POST /_control/clear-requests":
      control.clearRequests();
      return {};
    default:
      return undefined;
  }
}

function numbersIn(body: JsonObject): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
