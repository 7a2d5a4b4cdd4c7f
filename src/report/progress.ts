import type { ProgressEvent } from "../core/progress.ts";
import type { Palette } from "./palette.ts";
import { durationText, visible } from "./text.ts";
import { actionWords, addressParts } from "./words.ts";

/** One plain line for an event worth a line where no display can be drawn; undefined for the others. */
export function progressLine(event: ProgressEvent, palette: Palette): string | undefined {
  switch (event.kind) {
    case "apply-started":
      return `applying ${event.total === 1 ? "1 change" : `${event.total} changes`}`;
    case "change-retried": {
      const wait = durationText(event.afterMs);
      return `${palette.yellow("…")} ${nameOf(event.address, palette)}  ${visible(event.message)} (again in ${wait})`;
    }
    case "change-finished": {
      const { result, done, total } = event;
      const count = palette.dim(`[${String(done).padStart(String(total).length)}/${total}]`);
      return `${count} ${finishedText(result, palette)}`;
    }
    case "pass-started":
    case "step":
    case "change-started":
    case "pass-finished":
      return undefined;
  }
}

type Result = Extract<ProgressEvent, { kind: "change-finished" }>["result"];

/** `+ gcp/instance  web-0  created in 1.2 s` */
export function finishedText(result: Result, palette: Palette): string {
  const words = actionWords[result.action];
  const name = nameOf(result.address, palette);
  if (result.state === "done") {
    return `${palette[words.colour](words.sign)} ${name}  ${palette.dim(`${words.done} in ${durationText(result.durationMs)}`)}`;
  }
  const colour = result.state === "failed" ? palette.red : palette.yellow;
  return `${colour("✗")} ${name}  ${colour(`${result.state}: ${visible(result.message)}`)}`;
}

/** Kind and name of an address, the kind in the background. */
export function nameOf(address: string, palette: Palette): string {
  const { type, name } = addressParts(address);
  return `${palette.dim(type)}  ${name}`;
}
