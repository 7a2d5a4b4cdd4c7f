import { type AnnouncerOptions, openAnnouncer } from "../../src/announce/announcer.ts";
import type { Letter } from "../../src/announce/outbox.ts";
import type { Target } from "../../src/announce/target.ts";
import { type AnnouncementEvent, announcementEvents } from "../../src/report/announcement.ts";
import { fakeClock } from "../support/clock.ts";
import { openScene } from "../support/memory-scene.ts";

/** Every event there is. */
export const everything: ReadonlySet<AnnouncementEvent> = new Set(announcementEvents);

/** A target that keeps what it gets; `fail` says what it throws instead. */
export function keepingTarget(name = "kept", events = everything) {
  const letters: Letter[] = [];
  const target: Target & { letters: Letter[]; fail: (() => Error | undefined) | undefined } = {
    ...{ name, events, letters, fail: undefined },
    async deliver(letter) {
      const failure = target.fail?.();
      if (failure !== undefined) throw failure;
      letters.push(letter);
    },
    close: async () => undefined,
  };
  return target;
}

/** A scene whose passes are announced. `restart` is what a new process does: only the store is kept. */
export async function openAnnounceScene(targets: readonly Target[], over: Parameters<typeof openScene>[0] = {}) {
  const scene = openScene(over);
  const deliveries: string[] = [];
  const troubles: unknown[] = [];
  const clock = fakeClock();
  const options: AnnouncerOptions = {
    ...{ store: scene.store, clock, random: () => 0, fleets: [scene.judges.fleet], targets },
    commitUrl: (_fleet, commit) => `https://git.example/commit/${commit}`,
    pullUrl: (_fleet, number) => `https://git.example/pull/${number}`,
    redact: (text) => text.replaceAll("hunter2", "[redacted]"),
    onDelivery: ({ target, event, result }) => void deliveries.push(`${target} ${event} ${result}`),
    onTrouble: (error) => void troubles.push(error),
  };
  let announcer = await openAnnouncer(options);
  let stopping = new AbortController();
  let running = announcer.run(stopping.signal);
  return {
    ...{ scene, clock, deliveries, troubles },
    announcer: () => announcer,
    /** One pass, announced, all letters brought. */
    async pass() {
      const outcomes = await scene.look();
      announcer.tell(outcomes);
      await announcer.settle();
      return outcomes.map(({ kind }) => kind).join(", ");
    },
    async restart() {
      stopping.abort();
      await running;
      announcer = await openAnnouncer(options);
      stopping = new AbortController();
      running = announcer.run(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
      await announcer.close();
    },
  };
}
