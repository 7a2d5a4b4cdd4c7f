import { Worker } from "node:worker_threads";
import type { Plan } from "../core/change.ts";
import { type Problem, sortProblems } from "../core/problem.ts";
import { type Budgets, defaultBudgets } from "./budgets.ts";
import { type Judged, type PlanVerdict, problemOf, verdictOf } from "./check.ts";
import { planView, type Surroundings } from "./plan-view.ts";
import type { Finding, Policy, PolicySet } from "./policy-set.ts";
import { place, type Reply, type Request, type Start } from "./protocol.ts";
import { createMemory, entriesOf, type Found, type Memory, plainOf, type Stop, stoppedBy, tally } from "./tally.ts";

/** Judges manifests and plans in a thread of its own, under a deadline. */
export interface PolicyEngine {
  /** Everything that policies find about the manifests of one commit. Rejects only when the thread cannot run at all. */
  checkManifests(judged: readonly Judged[]): Promise<readonly Problem[]>;
  /** What policies over plans say. `now` is a moment such as `2026-02-28T12:00:00Z`. */
  checkPlan(plan: Plan, now: string, surroundings?: Surroundings): Promise<PlanVerdict>;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** How long and how much. */
export interface EngineOptions {
  /** How long one policy may take over one manifest or plan. Budgets stop it much earlier, unless something is wrong. */
  readonly deadlineMs?: number;
  readonly budgets?: Budgets;
}

const batchSize = 200;
const startDeadlineMs = 30_000;
const heapMb = 512;

/** Why there was no reply: the policy that ran did not end. */
interface Stuck {
  readonly policy: number;
  readonly manifest: number;
  readonly reason: string;
}

/** Makes an engine for a set of policies. The thread starts with the first question and never keeps the process alive. */
export function createPolicyEngine(set: PolicySet, options: EngineOptions = {}): PolicyEngine {
  const budgets = options.budgets ?? defaultBudgets;
  const asking = createThread(set, budgets, options.deadlineMs ?? 5_000);
  const memory = createMemory();
  // One question at a time: the thread has one budget and one place to say what it does.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    checkManifests: (judged) =>
      inTurn(async () => {
        if (!set.policies.some(({ over }) => over === "manifests")) return [];
        const found = await askAll(set, budgets, judged, asking.ask, memory);
        return sortProblems(
          found.map(([one, finding]) => memory.told(finding, () => problemOf(finding, one.document))),
        );
      }),
    checkPlan: (plan, now, surroundings = {}) =>
      inTurn(async () => {
        if (!set.policies.some(({ over }) => over === "plan")) return { refusals: [], problems: [] };
        const view = planView(plan, surroundings);
        const stopped: Finding[] = [];
        for (;;) {
          const skip = stopped.map(({ policy }) => policy);
          const reply = await asking.ask({ kind: "plan", view, now, skip });
          if ("findings" in reply) {
            return verdictOf([...stopped, ...reply.findings.map(([, finding]) => finding)], set);
          }
          stopped.push(stoppedBy(set, policyAt(set, reply), reply.reason));
        }
      }),
    close: () => inTurn(asking.end),
  };
}

/** Asks about every manifest that is not known, a batch at a time; a policy that is stopped is left out from then on. */
async function askAll(
  set: PolicySet,
  budgets: Budgets,
  judged: readonly Judged[],
  ask: (request: Request) => Promise<Reply | Stuck>,
  memory: Memory,
): Promise<readonly Found[]> {
  const entries = memory.recallAll(judged);
  const unknown = judged.flatMap((_, index) => (entries[index] === undefined ? [index] : []));
  const stops: Stop[] = [];
  const fresh = new Float64Array(set.policies.length);
  const skip = new Set<string>();
  for (let start = 0; start < unknown.length; ) {
    const batch = unknown.slice(start, start + batchSize);
    const manifests = batch.map((index) => plainOf(judged[index]));
    const reply = await ask({ kind: "manifests", manifests, skip: [...skip] });
    if (!("findings" in reply)) {
      const policy = policyAt(set, reply);
      skip.add(policy.name);
      stops.push({ policy, index: batch[reply.manifest] ?? 0, reason: reply.reason });
      continue;
    }
    const rows = entriesOf(reply, batch.length, set.policies.length);
    for (const [place, entry] of rows.entries()) {
      const index = batch[place] ?? 0;
      entries[index] = entry;
      for (const [policy, units] of entry.spent.entries()) fresh[policy] = (fresh[policy] ?? 0) + units;
      if (skip.size === 0) memory.keep(judged[index], entry);
    }
    for (const [index, { name }] of set.policies.entries())
      if ((fresh[index] ?? 0) > budgets.checkUnits) skip.add(name);
    start += batch.length;
  }
  // A policy that was stopped said nothing of the rest: such a commit is asked about again.
  if (skip.size === 0) memory.keepAll(judged, entries);
  return tally(set, budgets.checkUnits, judged, entries, stops);
}

function policyAt(set: PolicySet, { policy, reason }: Stuck): Policy {
  const found = set.policies[policy];
  if (found === undefined) throw new Error(`The thread that evaluates policies ended: ${reason}.`);
  return found;
}

interface Thread {
  ask(request: Request): Promise<Reply | Stuck>;
  end(): Promise<void>;
}

/** A thread that is started when it is needed and again after it had to be ended. */
function createThread(set: PolicySet, budgets: Budgets, deadlineMs: number): Thread {
  let running: { readonly worker: Worker; readonly shared: Int32Array } | undefined;

  async function started(): Promise<{ readonly worker: Worker; readonly shared: Int32Array }> {
    if (running !== undefined) return running;
    const state = new SharedArrayBuffer(place.size * Int32Array.BYTES_PER_ELEMENT);
    const shared = new Int32Array(state);
    shared[place.policy] = -1;
    const worker = new Worker(workerUrl(), {
      workerData: { set, budgets, state } satisfies Start,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      stdin: false,
      env: {},
    });
    // A thread that fails between two questions is started again with the next one.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (running?.worker === worker) running = undefined;
    });
    const first = await nextOf(worker, () => `it does not answer within ${startDeadlineMs} ms`, startDeadlineMs);
    if (first !== "ready") {
      await worker.terminate();
      throw new Error(`The thread that evaluates policies does not start: ${String(first)}.`);
    }
    worker.unref();
    running = { worker, shared };
    return running;
  }

  return {
    async ask(request) {
      const { worker, shared } = await started();
      const watch = watcher(shared, deadlineMs);
      worker.ref();
      worker.postMessage(request);
      const answer = await nextOf<Reply>(worker, watch, Math.min(1_000, Math.max(10, deadlineMs / 4)));
      worker.unref();
      if (typeof answer !== "string") return answer;
      const stuck = { policy: shared[place.policy] ?? -1, manifest: shared[place.manifest] ?? 0, reason: answer };
      running = undefined;
      await worker.terminate();
      return stuck;
    },
    async end() {
      await running?.worker.terminate();
      running = undefined;
    },
  };
}

/** The worker beside this file, as it was built; in development its source, with the loader that a thread does not inherit. */
function workerUrl(): URL {
  if (!import.meta.url.endsWith(".ts")) return new URL("./worker.js", import.meta.url);
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const source = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
  const code = `import { register } from ${loader}; register(); await import(${source});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** Asked now and then, says why to stop waiting. */
type Watch = () => string | undefined;

/** Says so once one policy has been at one manifest for longer than the deadline. */
function watcher(shared: Int32Array, deadlineMs: number): Watch {
  let steps = -1;
  let since = performance.now();
  return () => {
    const taken = Atomics.load(shared, place.steps);
    if (taken !== steps || Atomics.load(shared, place.policy) < 0) {
      steps = taken;
      since = performance.now();
    }
    return performance.now() - since < deadlineMs ? undefined : `it took longer than ${deadlineMs} ms`;
  };
}

/** The worker's next message, or in a sentence why there is none. */
function nextOf<Message>(worker: Worker, watch: Watch, everyMs: number): Promise<Message | string> {
  return new Promise((resolve) => {
    const done = (message: Message | string): void => {
      clearInterval(timer);
      worker.off("message", done);
      worker.off("error", onError);
      worker.off("exit", onExit);
      resolve(message);
    };
    const onError = (error: unknown): void => {
      const { code, message } = error as Error & { readonly code?: string };
      done(
        code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `it needed more than ${heapMb} MB of memory`
          : `it broke the thread (${message})`,
      );
    };
    const onExit = (): void => done("the thread ended");
    const timer = setInterval(() => {
      const reason = watch();
      if (reason !== undefined) done(reason);
    }, everyMs);
    worker.on("message", done);
    worker.on("error", onError);
    worker.on("exit", onExit);
  });
}
