import { parentPort, workerData } from "node:worker_threads";
import { createJudge, type Judge } from "./judge.ts";
import type { Finding } from "./policy-set.ts";
import { place, type Reply, type Request, type Start } from "./protocol.ts";

/** Runs in a thread of its own, so that an expression that never ends can be ended from outside. */
function serve({ set, budgets, state }: Start): void {
  const shared = new Int32Array(state);
  const judge = createJudge(set, budgets);
  parentPort?.on("message", (request: Request) => {
    const reply = answer(judge, request, shared, set.policies.length);
    Atomics.store(shared, place.policy, -1);
    parentPort?.postMessage(reply);
  });
  parentPort?.postMessage("ready");
}

function answer(judge: Judge, request: Request, shared: Int32Array, policies: number): Reply {
  const skip = new Set(request.skip);
  const onPolicy = (index: number): void => {
    Atomics.store(shared, place.policy, index);
    Atomics.add(shared, place.steps, 1);
  };
  const findings: (readonly [number, Finding])[] = [];
  if (request.kind === "plan") {
    for (const finding of judge.plan(request.view, request.now, skip, onPolicy)) findings.push([0, finding]);
    return { findings, spent: new Float64Array() };
  }
  const spent = new Float64Array(request.manifests.length * policies);
  for (const [index, manifests] of request.manifests.entries()) {
    Atomics.store(shared, place.manifest, index);
    const row = spent.subarray(index * policies, (index + 1) * policies);
    for (const finding of judge.manifest(manifests, skip, onPolicy, row)) findings.push([index, finding]);
  }
  return { findings, spent };
}

serve(workerData as Start);
