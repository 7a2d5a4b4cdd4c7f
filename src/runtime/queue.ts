import PQueue from "p-queue";

/** Runs what is added in order, a limited number side by side. */
export interface Queue {
  /** Resolves or rejects as the task does. */
  add<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** Makes a queue that never runs more than `concurrency` tasks at once. */
export function createQueue(concurrency: number): Queue {
  const queue = new PQueue({ concurrency: Math.max(1, Math.floor(concurrency)) });
  return {
    add: (task) => queue.add(task),
    idle: () => queue.onIdle(),
  };
}
