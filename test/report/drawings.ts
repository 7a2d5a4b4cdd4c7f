import type { ProgressEvent } from "../../src/core/progress.ts";
import { emptyPicture, lastingLine, nextPicture, pictureLines } from "../../src/report/display.ts";
import { plainLook, plainPalette } from "../../src/report/palette.ts";
import { progressLine } from "../../src/report/progress.ts";

const done = { state: "done", message: "", code: "", retryable: false } as const;

/** A pass from its start to its end. */
export const events: readonly ProgressEvent[] = [
  { kind: "pass-started", fleet: "example", wake: "started" },
  { kind: "step", step: "read", message: "reading 1a2b3c4d of /srv/fleet" },
  { kind: "apply-started", total: 3 },
  { kind: "change-started", address: "gcp/network/default/prod", action: "create" },
  { kind: "change-started", address: "gcp/instance/default/web-us-dfw-0", action: "replace" },
  {
    kind: "change-finished",
    result: { ...done, address: "gcp/network/default/prod", action: "create", durationMs: 1_240 },
    done: 1,
    total: 3,
  },
  {
    kind: "change-retried",
    address: "gcp/instance/default/web-us-dfw-0",
    message: "The zone does not have enough resources available to fulfill the request, and this goes on and on.",
    afterMs: 1_500,
  },
  {
    kind: "change-finished",
    result: {
      address: "gcp/instance/default/web-us-dfw-0",
      action: "replace",
      state: "failed",
      message: "The zone does not have enough resources.",
      code: "stock-out",
      retryable: true,
      durationMs: 61_000,
    },
    done: 2,
    total: 3,
  },
  { kind: "pass-finished", fleet: "example", outcome: "failed", durationMs: 63_000 },
];

/** The display after each event, one second apart, and the plain lines of the same pass. */
export function drawings(): string {
  let picture = emptyPicture;
  const parts = events.map((event, index) => {
    const nowMs = index * 1_000;
    picture = nextPicture(picture, event, nowMs);
    const lasting = lastingLine(event, plainLook);
    const drawn = [...(lasting === undefined ? [] : [lasting]), ...pictureLines(picture, plainLook, nowMs)];
    return [`after ${event.kind}:`, ...drawn].join("\n");
  });
  const plain = events.flatMap((event) => progressLine(event, plainPalette) ?? []);
  return `${[...parts, ["plain:", ...plain].join("\n")].join("\n\n")}\n`;
}
