/** What a suite tells the runner beyond what uvu does. Apart from suite.ts, because the shard reads it before uvu is loaded. */
export const ledger = {
  /** Tests that were added to a suite and not handed over by `.run()` yet, by suite name. */
  waiting: new Map<string, number>(),
  /** The test or hook that began last. */
  current: "",
  /** Failures of hooks, which uvu swallows or reports without a name. */
  hookFailures: [] as string[],
  /** Set by a shard; without it a file is run by itself. */
  onBegin: undefined as ((title: string) => void) | undefined,
};
