/** Every default of the configuration, in the words of the file. Limits have theirs in policies/limits.yaml. */
export const defaults = {
  branch: "main",
  prefix: "",
  pollInterval: "60s",
  pollJitter: 0.1,
  drift: { schedule: "*/5 * * * *", policy: "correct", afterChange: "30s" },
  server: { enabled: true, host: "127.0.0.1", port: 8088 },
  apply: { concurrency: 32, attempts: 4, firstDelay: "500ms", maxDelay: "30s", progressDeadline: "10m" },
  retry: { firstDelay: "2s", maxDelay: "5m" },
  log: { level: "info", format: "auto" },
  edge: { name: "edge", forceConflicts: false, timeout: "30s" },
  secrets: { allowClearText: false },
  github: { apiUrl: "https://api.github.com", timeout: "20s", deployments: false },
  announcers: {
    timeout: "10s",
    events: [
      ...["applied", "invalid", "refused", "failed", "recovered"],
      ...["drift-found", "drift-mended", "drift-ended", "review"],
    ],
  },
  gcp: { locationClass: "self-managed" },
  /** The quickstart on the embedded worlds: quick to notice, on whatever port is free. */
  embedded: {
    fleet: "example",
    repository: "repository",
    driftSchedule: "*/10 * * * * *",
    maxDeletePercent: 75,
    pollInterval: "2s",
    port: 0,
  },
} as const;

/** Bounds that are not defaults: below, a poll would burden its server; above, a timer would overflow. */
export const bounds = {
  minPollMs: 1_000,
  minTimeoutMs: 100,
  maxDurationMs: 20 * 24 * 3_600_000,
  maxFileBytes: 1_048_576,
} as const;
