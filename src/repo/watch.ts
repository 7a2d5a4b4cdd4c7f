import { join, sep } from "node:path";
import { watch as watchFiles } from "chokidar";
import type { Layout } from "./layout.ts";
import { refsFingerprint } from "./refs.ts";

/** How a local repository is watched. */
export interface WatchOptions {
  /** Quiet time after the last event before the hint: one command of Git touches several files. */
  readonly settleMs: number;
  /** Longest wait while events keep coming. */
  readonly settleAtMostMs: number;
  /** How often the refs are compared although no event came: network disks and containers lose events. */
  readonly pollIntervalMs: number;
}

const readyAtMostMs = 2_000;

/** Hints whenever HEAD, a branch or packed-refs moves. Ends with the function it gives. */
export async function watchRefs(
  layout: Layout,
  options: WatchOptions,
  onHint: () => void,
): Promise<() => Promise<void>> {
  const hint = settled(options, onHint);
  let last = await refsFingerprint(layout);
  const watcher = watchFiles([...new Set([layout.gitDirectory, layout.commonDirectory])], {
    ignored: (path) => !concernsRefs(layout, path),
    ignoreInitial: true,
    followSymlinks: false,
    persistent: true,
  });
  watcher.on("all", hint.wake);
  // A watcher that failed is no disaster: the poll below still sees every move.
  watcher.on("error", hint.wake);
  let asking = false;
  const poll = setInterval(async () => {
    if (asking) return;
    asking = true;
    const now = await refsFingerprint(layout);
    if (now !== last) hint.wake();
    last = now;
    asking = false;
  }, options.pollIntervalMs);
  await new Promise<void>((done) => {
    const patience = setTimeout(done, readyAtMostMs);
    watcher.once("ready", () => {
      clearTimeout(patience);
      done();
    });
  });
  return async () => {
    clearInterval(poll);
    hint.end();
    await watcher.close();
  };
}

function concernsRefs(layout: Layout, path: string): boolean {
  if (path === layout.gitDirectory || path === layout.commonDirectory) return true;
  if (path === join(layout.gitDirectory, "HEAD") || path === join(layout.commonDirectory, "packed-refs")) return true;
  const refs = join(layout.commonDirectory, "refs");
  const heads = join(refs, "heads");
  if (path === refs || path === heads) return true;
  return path.startsWith(heads + sep) && !path.endsWith(".lock");
}

function settled(options: WatchOptions, onHint: () => void): { wake(): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  let firstAt = 0;
  let ended = false;
  const fire = (): void => {
    timer = undefined;
    if (!ended) onHint();
  };
  return {
    wake: () => {
      if (ended) return;
      const now = performance.now();
      if (timer === undefined) firstAt = now;
      clearTimeout(timer);
      const left = firstAt + options.settleAtMostMs - now;
      timer = setTimeout(fire, Math.max(0, Math.min(options.settleMs, left)));
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
