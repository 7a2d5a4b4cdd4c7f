import { type PassSignals, reconcile } from "../../src/reconcile.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";
import type { Chance } from "./chance.ts";
import { broken, filesOf, firstWish, nextWish, type Wish } from "./example.ts";
import { behave, fleet, type Ground, misbehave, project } from "./ground.ts";

/** A history under way: what is wanted, what is remembered, what happened. */
export interface History {
  wish: Wish;
  store: Store;
  /** Instances that lost their labels by hand: without a store, nothing proves any more whose they are. */
  readonly stripped: Set<string>;
  /** What happened, in order, for whoever reads a failure. */
  readonly told: string[];
}

const lookMs = 20_000;

/** Plays a random history: commits, accidents, changes by hand and deaths, each with one look of the daemon. */
export async function playHistory(ground: Ground, chance: Chance, steps: number, told: string[]): Promise<History> {
  const history: History = { wish: firstWish, store: createMemoryStore(), stripped: new Set(), told };
  ground.repository.commitFiles(filesOf(history.wish));
  for (let step = 0; step < steps; step += 1) {
    await happen(ground, history, chance);
    if (chance.happens(0.2)) await dieInTheMiddle(ground, history, chance);
    else history.told.push(`  pass: ${await look(ground, history.store)}`);
  }
  return history;
}

async function happen(ground: Ground, history: History, chance: Chance): Promise<void> {
  const what = chance.below(12);
  if (what < 5) {
    history.wish = nextWish(history.wish, chance);
    ground.repository.commitFiles(filesOf(history.wish));
    history.told.push(`commit ${JSON.stringify(history.wish)}`);
    if (chance.happens(0.4)) history.told.push(misbehave(ground, chance, true));
  } else if (what === 5) {
    ground.repository.commitFiles(broken(filesOf(history.wish), chance));
    history.told.push("commit with a mistake");
  } else if (what === 6) {
    history.store = createMemoryStore();
    history.told.push("the store is lost");
  } else if (what < 9) {
    history.told.push(await byHand(ground, history, chance));
  } else if (what === 9) {
    behave(ground);
    history.told.push("all is well");
  } else history.told.push(misbehave(ground, chance));
}

/** One look; gives how it ended. Whatever it throws is a finding. */
export async function look(ground: Ground, store: Store): Promise<string> {
  const signal = AbortSignal.timeout(lookMs);
  const signals: PassSignals = { stopping: new AbortController().signal, signal };
  const outcomes = await reconcile(ground.worldOn(store), "scheduled", signals);
  if (signal.aborted) throw new Error(`a pass did not end in ${lookMs} ms`);
  return outcomes
    .map(({ kind, results, failure, refusals, pending }) => {
      const failed = results
        .filter(({ state }) => state === "failed")
        .map(({ address, message }) => `${address}: ${message}`);
      return [
        kind,
        ...failed,
        failure,
        ...refusals.map(({ message }) => message),
        ...pending.map(({ address }) => address),
      ]
        .filter((part) => part !== "")
        .join("; ");
    })
    .join(" | ");
}

/** The process ends on some line: nothing more is written or asked, nothing in memory is left. */
async function dieInTheMiddle(ground: Ground, history: History, chance: Chance): Promise<void> {
  const death = new AbortController();
  let left = chance.below(40);
  const live = (): void => {
    if (left === 0) death.abort(new Error("killed"));
    left -= 1;
  };
  const world = ground.worldOn(mortal(history.store, death.signal, live), { onProgress: live });
  const signals = { stopping: death.signal, signal: AbortSignal.any([death.signal, AbortSignal.timeout(lookMs)]) };
  const ending = await reconcile(world, "scheduled", signals).then(
    (outcomes) => outcomes.map(({ kind }) => kind).join(" | "),
    (error: unknown) => {
      if (!death.signal.aborted) throw error;
      return "killed";
    },
  );
  if (!death.signal.aborted && signals.signal.aborted) throw new Error("a pass did not end in time");
  death.abort(new Error("killed"));
  await ground.reopen();
  history.told.push(`  pass: ${ending}, then a new process`);
}

/** A store that nobody reaches any more after the death. */
function mortal(store: Store, death: AbortSignal, live: () => void): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...facts: unknown[]) => Promise<unknown>;
      return async (...facts: unknown[]) => {
        live();
        death.throwIfAborted();
        return await method.apply(target, facts);
      };
    },
  });
}

/** Somebody changes something of ours without Git. */
async function byHand(ground: Ground, { stripped }: History, chance: Chance): Promise<string> {
  const { gce, askGce, askEdge } = ground;
  gce.control.settle();
  const ours = ["instances", "firewalls", "subnetworks"]
    .flatMap((collection) => gce.control.world.all(project, collection))
    .filter(({ name, body }) => name !== `${fleet}-main-somebody` && JSON.stringify(body).includes(fleet));
  const [one] = ours.slice(chance.below(ours.length));
  const isInstance = one?.collection === "instances";
  const what = chance.below(6);
  if (one === undefined || what === 0) {
    await askEdge("DELETE", "namespaces/default/networks/main");
    return "by hand: the network is deleted at the edge";
  }
  if (what === 1) {
    await askEdge("PATCH", "namespaces/default/networks/main", { spec: { mtu: 1_400 } });
    return "by hand: another mtu at the edge";
  }
  if (what < 4 || !isInstance) {
    await askGce("DELETE", one.path);
    return `by hand: ${one.path} is deleted`;
  }
  if (what === 4) {
    await askGce("POST", `${one.path}/stop`);
    return `by hand: ${one.path} is stopped`;
  }
  stripped.add(one.path);
  await askGce("POST", `${one.path}/setLabels`, { labels: {}, labelFingerprint: one.body.labelFingerprint ?? "" });
  return `by hand: ${one.path} loses its labels`;
}
