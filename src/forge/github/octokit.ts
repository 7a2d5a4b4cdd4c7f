import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { Network } from "../../runtime/network.ts";

/** What an Octokit of ours is made of. */
export interface OctokitOptions {
  readonly apiUrl: string;
  readonly userAgent: string;
  readonly network: Network;
  /** Names the queue of this instance: instances with one id would wait for each other. */
  readonly throttleId: string;
  readonly retries: number;
  readonly retryDelayMs: number;
}

const apiVersion = "2022-11-28";
const Equipped = Octokit.plugin(throttling, retry);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Lets every request through at once: pacing.ts knows the documented limits, and lets statuses go first. */
const unpaced = {
  key: () => ({
    schedule: (_options: unknown, work: (...given: unknown[]) => unknown, ...given: unknown[]) => work(...given),
  }),
};

/** Makes an Octokit with our own connections, a named queue, and no waiting for limits that nobody can end. */
export function createOctokit(options: OctokitOptions): Octokit {
  const octokit = new Equipped({
    baseUrl: options.apiUrl,
    userAgent: options.userAgent,
    log: silent,
    request: { fetch: options.network.fetch },
    retry: {
      doNotRetry: [304, 400, 401, 403, 404, 409, 410, 422, 429, 451],
      retries: options.retries,
      retryAfterBaseValue: options.retryDelayMs,
    },
    throttle: {
      id: options.throttleId,
      write: unpaced as never,
      notifications: unpaced as never,
      // Waiting is ours, so that it can be ended and never holds a status behind a comment.
      onRateLimit: () => undefined,
      onSecondaryRateLimit: () => undefined,
    },
  });
  octokit.hook.before("request", (request) => {
    request.headers["x-github-api-version"] = apiVersion;
  });
  return octokit;
}
