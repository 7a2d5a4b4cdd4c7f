import * as assert from "uvu/assert";
import { openAnnouncer } from "../../src/announce/announcer.ts";
import { openDeskScene } from "../desk/desk-scene.ts";
import { fakeClock } from "../support/clock.ts";
import { suite } from "../support/suite.ts";
import { keepingTarget } from "./scene.ts";

const test = suite("announce/reviews");

test("the verdict on a pull request is told once for what it says, hostile titles included", async () => {
  const scene = openDeskScene();
  const kept = keepingTarget("kept", new Set(["review"] as const));
  const { fleet } = scene.judges;
  const troubles: unknown[] = [];
  const announcer = await openAnnouncer({
    ...{ store: scene.store, clock: fakeClock(), random: () => 0, fleets: [fleet], targets: [kept] },
    ...{ commitUrl: () => "", pullUrl: (_fleet: string, number: number) => `https://git.example/pull/${number}` },
    ...{ redact: (text: string) => text, onDelivery: () => undefined },
    onTrouble: (error) => void troubles.push(error),
  });
  const stopping = new AbortController();
  const running = announcer.run(stopping.signal);
  const tellReviews = async () => {
    for (const [number, memory] of scene.reviewed.splice(0))
      announcer.review({ fleet, repository: "acme/fleet" }, { ...memory, number });
    await announcer.settle();
    return kept.letters.splice(0).map(({ announcement }) => announcement);
  };
  scene.commit("network/a");
  await scene.passAndTell();
  scene.propose(7, ["network/a", "network/b"], { title: "Add <!here>\n\u202eb" });
  await scene.look();
  const [first, ...more] = await tellReviews();
  assert.is(more.length, 0);
  assert.match(
    first?.title ?? "",
    /pull request 7 "Add <!here>\\n\\u\{202e\}b" by bob: 📝 A merge will do this: 1 to create/,
  );
  assert.is(first?.url, "https://git.example/pull/7");
  assert.equal(
    first?.particulars.map(({ subject }) => subject),
    ["plumbline/check", "plumbline/plan"],
  );
  await scene.look();
  assert.equal(await tellReviews(), []);
  scene.propose(7, ["network/a", "broken"]);
  await scene.look();
  const [second] = await tellReviews();
  assert.equal([second?.mood, second?.event], ["bad", "review"]);
  stopping.abort();
  await running;
  await announcer.close();
  assert.equal(troubles, []);
});

test.run();
