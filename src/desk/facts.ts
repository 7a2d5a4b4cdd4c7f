/** Names of what the desk remembers between looks. Losing any of it costs time, never truth. */
export const deskFacts = {
  /** The last remark that asked for another look at a pull request. */
  again: (number: number) => `again/${number}`,
  /** A merged pull request whose outcome was not told yet. */
  merged: (number: number) => `merged/${number}`,
  /** Up to when remarks were read. */
  remarks: "remarks-read-until",
  /** Number of the issue that tells drift. */
  ticket: "drift-ticket-number",
  /** The last refused plan of the tracked branch, so that it can be approved. */
  refusedPlan: "refused-plan",
  /** What stands as the mark of applying, as `COMMIT STATE`. */
  applied: "apply-told",
} as const;
