/** Names of what is remembered of reviews. */
export const reviewFacts = {
  review: (number: number) => `review/${number}`,
  /** Commits that carry a pending status of ours. */
  pending: (commit: string) => `pending/${commit}`,
  /** A commit of a fork that somebody with write permission asked to be planned. */
  trusted: (commit: string) => `trusted/${commit}`,
  /** What a review rested on whose marks stand while its comment still waits. */
  marked: (number: number) => `marked/${number}`,
  comment: (number: number) => `comment/${number}`,
} as const;
