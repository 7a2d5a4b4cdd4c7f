import type { Action } from "../core/change.ts";
import type { ProgressEvent } from "../core/progress.ts";
import type { Look } from "./palette.ts";
import { finishedText, nameOf } from "./progress.ts";
import { cut, durationText, visible } from "./text.ts";
import { actionWords } from "./words.ts";

/** What a live display knows: the picture after some events. */
export interface Picture {
  /** What is being done before anything is applied; empty when nothing is. */
  readonly step: string;
  readonly total: number;
  readonly done: number;
  /** Changes that are being carried out, in the order they began. */
  readonly running: readonly {
    readonly address: string;
    readonly action: Action;
    readonly startedAtMs: number;
    /** Why it is tried again; empty on the first try. */
    readonly note: string;
  }[];
}

/** Before the first event, and between passes. */
export const emptyPicture: Picture = { step: "", total: 0, done: 0, running: [] };

/** The picture after one more event. */
export function nextPicture(picture: Picture, event: ProgressEvent, nowMs: number): Picture {
  switch (event.kind) {
    case "pass-started":
    case "pass-finished":
      return emptyPicture;
    case "step":
      return { ...picture, step: event.message };
    case "apply-started":
      return { ...emptyPicture, total: event.total };
    case "change-started": {
      const { address, action } = event;
      return { ...picture, running: [...picture.running, { address, action, startedAtMs: nowMs, note: "" }] };
    }
    case "change-retried": {
      const note = `${event.message} (again in ${durationText(event.afterMs)})`;
      return {
        ...picture,
        running: picture.running.map((row) => (row.address === event.address ? { ...row, note } : row)),
      };
    }
    case "change-finished":
      return {
        ...picture,
        total: event.total,
        done: event.done,
        running: picture.running.filter((row) => row.address !== event.result.address),
      };
  }
}

/** A line that stays above the display for an event, once; undefined for most. */
export function lastingLine(event: ProgressEvent, look: Look): string | undefined {
  return event.kind === "change-finished" ? `  ${finishedText(event.result, look.palette)}` : undefined;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;
const barWidth = 24;
const rowsShown = 8;

/** The lines to draw now, redrawn in place; none when nothing is going on. Every line fits the width. */
export function pictureLines(picture: Picture, look: Look, nowMs: number): readonly string[] {
  const { palette } = look;
  const frame = palette.cyan(frames[Math.floor(nowMs / frameMs) % frames.length] ?? "");
  if (picture.total === 0)
    return picture.step === "" ? [] : [`${frame} ${palette.dim(cut(visible(picture.step), look.width - 2))}`];
  const filled = Math.round((picture.done / picture.total) * barWidth);
  const bar = palette.green("━".repeat(filled)) + palette.dim("─".repeat(barWidth - filled));
  const rows = picture.running.slice(0, rowsShown).map((row) => {
    const { sign, doing, colour } = actionWords[row.action];
    const seconds = Math.floor((nowMs - row.startedAtMs) / 1_000);
    const age = seconds < 1 ? "" : `  ${palette.dim(seconds < 60 ? `${seconds} s` : durationText(seconds * 1_000))}`;
    const plain = nameOf(row.address, { ...palette, dim: (text) => text });
    const words = cut(`${plain}  ${doing}${row.note === "" ? "" : `: ${visible(row.note)}`}`, look.width - 14);
    return `  ${palette[colour](sign)} ${words}${age}`;
  });
  const more = picture.running.length - rows.length;
  return [
    `${frame} ${bar} ${picture.done} of ${picture.total}`,
    ...rows,
    ...(more > 0 ? [palette.dim(`    and ${more} more`)] : []),
  ];
}
