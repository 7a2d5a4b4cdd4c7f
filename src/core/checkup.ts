/** Whether what was looked at is as it has to be; `doubtful` works and may not for long. */
export type Verdict = "good" | "doubtful" | "bad";

/** One thing that was looked at before anything is applied, and how to mend it. */
export interface Finding {
  /** What was looked at, in a word or two: `credentials`, `permissions of project p`. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** What was found. */
  readonly message: string;
  /** What a person does about it, commands included; empty when nothing is to be done. */
  readonly mend: string;
}

/** A finding that needs nothing. */
export function good(subject: string, message: string): Finding {
  return { subject, verdict: "good", message, mend: "" };
}

/** A finding that has to be mended. */
export function bad(subject: string, message: string, mend: string): Finding {
  return { subject, verdict: "bad", message, mend };
}

/** A finding that somebody should know. */
export function doubtful(subject: string, message: string, mend: string): Finding {
  return { subject, verdict: "doubtful", message, mend };
}
