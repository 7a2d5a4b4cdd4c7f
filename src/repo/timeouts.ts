/** How long a remote repository may take. */
export interface HttpTimeouts {
  readonly connectMs: number;
  /** Until the first byte of the answer; a server packs a large repository meanwhile. */
  readonly headersMs: number;
  /** Longest silence inside an answer. */
  readonly bodyMs: number;
  /** One whole request. */
  readonly totalMs: number;
}

/** Timeouts that fit a hosted Git server. */
export const defaultHttpTimeouts: HttpTimeouts = {
  connectMs: 10_000,
  headersMs: 120_000,
  bodyMs: 30_000,
  totalMs: 600_000,
};
