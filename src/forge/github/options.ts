import type { Clock } from "../../runtime/clock.ts";

/** Who we are at GitHub. Secrets are read when they are needed, so that a rotated one is seen. */
export type GithubCredentials =
  | { readonly kind: "token"; token(): Promise<string> }
  | {
      readonly kind: "app";
      readonly appId: string;
      /** PEM, PKCS#1 or PKCS#8. */
      privateKey(): Promise<string>;
      /** Found by the repository when undefined. */
      readonly installationId?: number;
      /** Told every minted token, so that it can be hidden wherever something is written. */
      onToken?(token: string): void;
    };

/** One repository at GitHub, and how to speak with it. */
export interface GithubOptions {
  readonly name: string;
  /** `https://api.github.com`, or `https://host/api/v3` for GitHub Enterprise. */
  readonly apiUrl: string;
  /** Where people read. */
  readonly webUrl: string;
  readonly owner: string;
  readonly repository: string;
  readonly credentials: GithubCredentials;
  readonly version: string;
  readonly proxy?: string;
  /** PEM text of a private certificate authority. */
  readonly certificateAuthority?: string;
  readonly timeoutMs?: number;
  /** How long a call may be held back for the limits before it fails with `budget`. */
  readonly patienceMs?: number;
  /** How often a failed read or repeatable write is tried again. */
  readonly retries?: number;
  /** First wait between attempts; it grows with the square. */
  readonly retryDelayMs?: number;
  readonly clock?: Clock;
}
