/** Names of what the desk remembers between looks. Losing any of it costs time, never truth. */
export const deskFacts = {
  /** The last remark that asked for another look at a pull request. */
  again: (number: number) => `again/${number}`,
  /** A merged pull request whose outcome was not told yet. */
  merged: (number: number) => `merged/${number}`,
  /** Up to when remarks were read. */
  remarks: "remarks-read-until",
  /** What stands as the mark of applying, as `COMMIT STATE`. */
  applied: "apply-told",
} as const;
