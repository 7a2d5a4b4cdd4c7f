import type { Redactor } from "./runtime/redact.ts";

/** A stream of text for people or programs. */
export interface TextStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width of the terminal; 100 where there is none. */
  readonly columns: number;
}

/** The process as the rest of the program sees it; made by main.ts alone. */
export interface Shell {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly homeDirectory: string;
  readonly pid: number;
  /** The folder that holds policies/ and example-repo/. */
  readonly packageDirectory: string;
  readonly version: string;
  /** Hides every secret that was read, wherever something is written. */
  readonly redactor: Redactor;
  /** Aborted by the first signal: start nothing new. */
  readonly stopping: AbortSignal;
  /** Aborted by the second signal: give up at once. */
  readonly signal: AbortSignal;
}
