import type { Action } from "./change.ts";
import type { ChangeResult, OutcomeKind } from "./outcome.ts";
import type { Address } from "./resource.ts";

/** What a pass tells while it runs. Emitted through a callback, so that nothing inside needs a logger. */
export type ProgressEvent =
  | { readonly kind: "pass-started"; readonly fleet: string; readonly wake: string }
  | { readonly kind: "step"; readonly step: "read" | "check" | "observe" | "plan"; readonly message: string }
  | { readonly kind: "apply-started"; readonly total: number }
  | { readonly kind: "change-started"; readonly address: Address; readonly action: Action }
  | { readonly kind: "change-retried"; readonly address: Address; readonly message: string; readonly afterMs: number }
  | { readonly kind: "change-finished"; readonly result: ChangeResult; readonly done: number; readonly total: number }
  | {
      readonly kind: "pass-finished";
      readonly fleet: string;
      readonly outcome: OutcomeKind;
      readonly durationMs: number;
    };

/** Receives progress; must not throw and must not wait. */
export type OnProgress = (event: ProgressEvent) => void;
