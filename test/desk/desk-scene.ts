import type { Outcome } from "../../src/core/outcome.ts";
import { createDesk } from "../../src/desk/desk.ts";
import type { Review, ReviewMemory } from "../../src/review.ts";
import { memoryForge, pullOf } from "../support/memory-forge.ts";
import { type openScene, openScene as openWorldScene } from "../support/memory-scene.ts";

/** A scene with a forge, and a desk that looks when a test says so. */
export function openDeskScene(over: Parameters<typeof openScene>[0] = {}) {
  const scene = openWorldScene(over);
  const forge = memoryForge(() => scene.clock.now().toISOString());
  const review: Review = { world: scene.world(), forge, pageUrl: (number) => (number === 0 ? "" : `/pulls/${number}`) };
  const troubles: unknown[] = [];
  const wakes: string[] = [];
  const reviewed: (readonly [number: number, memory: ReviewMemory])[] = [];
  const proposed = new Map<number, { readonly files: Readonly<Record<string, string>>; readonly head: string }>();
  /** As a forge does: whenever the base has moved, every open pull request's merge is made anew. */
  const remerge = (): void => {
    const base = scene.repository.headId();
    for (const [number, { files, head }] of proposed) {
      if (forge.pullRequests.get(number)?.isMergeable === true)
        scene.repository.commitAt(`refs/pull/${number}/merge`, files, [base, head]);
    }
  };
  const desk = createDesk(review, {
    wakes: { applyAgain: () => void wakes.push("apply") },
    ...{ firstRetryMs: 1, maxRetryMs: 1 },
    onTrouble: (error) => void troubles.push(error),
    onReviewed: (number, memory) => void reviewed.push([number, memory]),
  });
  return {
    ...scene,
    ...{ forge, review, desk, troubles, wakes, reviewed },
    /** The same without a desk. */
    scene,
    /** Opens or moves a pull request: a head, and the merge the forge makes of it. */
    propose(number: number, lines: readonly string[], more: Parameters<typeof pullOf>[2] = {}): string {
      const base = scene.repository.headId();
      const files = { "fleet.yaml": lines.join("\n") };
      const head = scene.repository.commitAt(`refs/pull/${number}/head`, files, [base]);
      proposed.set(number, { files, head });
      forge.pullRequests.set(number, pullOf(number, head, more));
      return head;
    },
    /** One look with everything it starts; a later wake would find nothing more to do. */
    look: () => {
      remerge();
      return desk.lookOnce(new AbortController().signal);
    },
    /** A pass over the tracked branch, told to the desk. */
    async passAndTell(): Promise<readonly Outcome[]> {
      const outcomes = await scene.look();
      desk.tell(outcomes);
      remerge();
      await desk.lookOnce(new AbortController().signal);
      return outcomes;
    },
    note: (number: number) => (forge.notes.get(`${number} plan/${scene.judges.fleet}`) ?? []).join("\n"),
    state: (commit: string, context: string) => forge.statuses.get(`${commit} plumbline/${context}`)?.state,
  };
}
