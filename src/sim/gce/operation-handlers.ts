import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../../core/json.ts";
import type { Call, Handler } from "./call.ts";
import { aggregatedAnswer, listAnswer, scopesOf } from "./list.ts";
import { operationNamed } from "./operations.ts";

/** The longest that `wait` holds a request. */
const longestWaitMs = 120_000;

/** Operations of all three scopes: get, list, wait, delete; and the list over all scopes. */
export const operationHandlers: readonly (readonly [string, Handler])[] = [
  ...["ZoneOperations", "RegionOperations", "GlobalOperations"].flatMap(handlersOf),
  [
    "GlobalOperations.AggregatedList",
    (call) => {
      const items = call.world.all(call.project, "operations");
      const source = { kind: "compute#operationAggregatedList", collection: "operations", items };
      return aggregatedAnswer(call, source, scopesOf("operations"));
    },
  ],
];

function handlersOf(service: string): readonly (readonly [string, Handler])[] {
  return [
    [`${service}.Get`, (call) => operationNamed(call).body],
    [`${service}.Wait`, waitForOperation],
    [
      `${service}.Delete`,
      (call) => {
        call.world.remove(operationNamed(call).path);
        return {};
      },
    ],
    [
      `${service}.List`,
      (call) => {
        const items = call.world.all(call.project, "operations").filter((item) => item.scope === call.scope);
        return listAnswer(call, { kind: "compute#operationList", collection: "operations", items });
      },
    ],
  ];
}

/** wait: answers when the operation is done, or after two minutes with what it is then. */
async function waitForOperation(call: Call): Promise<JsonObject> {
  const { path } = operationNamed(call);
  const startedAt = performance.now();
  for (;;) {
    call.advance();
    const operation = call.world.get(path);
    if (operation === undefined || operation.body.status === "DONE") return operation?.body ?? {};
    const left = longestWaitMs - (performance.now() - startedAt);
    if (left <= 0 || call.signal.aborted) return operation.body;
    const dueMs = (call.world.nextDueMs() ?? 0) - call.clock();
    // The end of the wait must not keep a stopped simulator alive, so the pause ends with it.
    await delay(Math.max(1, Math.min(left, dueMs, 1_000)), undefined, { signal: call.signal }).catch(() => undefined);
  }
}
