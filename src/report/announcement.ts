import { type Action, actions } from "../core/change.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Outcome } from "../core/outcome.ts";
import { applyDocument } from "./json.ts";
import { verdict } from "./outcome.ts";
import { countOf, cut, grouped, shortCommit, visible } from "./text.ts";
import { actionWords, countsText } from "./words.ts";

/** Everything that can be told to those who asked for it. */
export const announcementEvents = [
  "planned",
  "applied",
  "invalid",
  "refused",
  "failed",
  "recovered",
  "drift-found",
  "drift-mended",
  "drift-ended",
  "review",
] as const;

/** What happened, as subscribers name it. */
export type AnnouncementEvent = (typeof announcementEvents)[number];

/** One particular: what it is about, and a sentence. Both may hold words of manifests. */
export interface Particular {
  readonly subject: string;
  readonly text: string;
}

/** One thing that happened, told in words and as the report itself. Holds no secret. */
export interface Announcement {
  readonly event: AnnouncementEvent;
  readonly mood: "good" | "neutral" | "bad";
  readonly fleet: string;
  readonly repository: string;
  /** Empty where no commit is meant. */
  readonly commit: string;
  readonly title: string;
  readonly particulars: readonly Particular[];
  /** Address of the commit or pull request; empty for nowhere. */
  readonly url: string;
  /** The report in the shape of the JSON output, its lists cut to what a message holds. */
  readonly report: JsonObject;
}

const particularsShown = 10;
const listed = 50;
const subjectWidth = 120;
const textWidth = 400;
const longestValue = 500;

type PassEvent = "planned" | "applied" | "invalid" | "refused" | "failed" | "recovered";

const moods: Readonly<Record<PassEvent, Announcement["mood"]>> = {
  planned: "neutral",
  applied: "good",
  recovered: "good",
  invalid: "bad",
  refused: "bad",
  failed: "bad",
};

/** What became of a commit. `done`: what was carried out for it, over all the passes it took. */
export function passAnnouncement(
  event: PassEvent,
  outcome: Outcome,
  done: Readonly<Partial<Record<Action, number>>>,
  url: string,
): Announcement {
  return {
    ...{ event, mood: moods[event], fleet: outcome.fleet, repository: outcome.repository, commit: outcome.commit, url },
    title: `${headline(outcome)} ${event}: ${passText(event, outcome, done)}`,
    particulars: few([
      ...outcome.refusals.map(({ rule, message }) => ({ subject: rule, text: message })),
      ...outcome.problems
        .filter(({ severity }) => severity === "error")
        .map(({ file, line, message }) => ({ subject: `${file}:${line}`, text: message })),
      ...outcome.results
        .filter(({ state }) => state === "failed")
        .map(({ address, message }) => ({ subject: address, text: message })),
      ...outcome.pending.map(({ address, waitsFor, message }) => ({
        subject: address,
        text: `waits for ${waitsFor}: ${message}`,
      })),
      ...(outcome.failure === "" ? [] : [{ subject: "", text: outcome.failure }]),
    ]),
    report: shortened(applyDocument({ ...outcome, table: [] })),
  };
}

function passText(event: PassEvent, outcome: Outcome, done: Readonly<Partial<Record<Action, number>>>): string {
  const counted = actions.filter((action) => (done[action] ?? 0) > 0);
  const doneText = counted.map((action) => `${grouped(done[action] ?? 0)} ${actionWords[action].done}`).join(", ");
  if (event === "planned") return outcome.plan === undefined ? "" : countsText(outcome.plan.counts);
  if (event === "applied") return doneText;
  if (event === "recovered") return doneText === "" ? "everything is as this commit wants again" : doneText;
  return verdict(outcome);
}

/** A thing that is, or was, not as the manifests want it. */
export interface DriftedThing {
  readonly address: string;
  readonly reason: string;
  readonly by: string;
}

/** Things that drifted, were put right, or came back by themselves. */
export function driftAnnouncement(
  event: "drift-found" | "drift-mended" | "drift-ended",
  from: { readonly fleet: string; readonly repository: string; readonly commit: string },
  things: readonly DriftedThing[],
  url: string,
): Announcement {
  const count = countOf(things.length, "thing");
  const words = {
    "drift-found": `${count} changed behind our back`,
    "drift-mended": `${count} changed behind our back and put right`,
    "drift-ended": `${count} as the manifests want again`,
  };
  return {
    ...{ event, mood: event === "drift-found" ? "bad" : "good", ...from, url },
    title: `${visible(from.fleet)} drift: ${words[event]}`,
    particulars: few(
      things.map(({ address, reason, by }) => ({
        subject: address,
        text: `${reason}${by === "" ? "" : `${reason === "" ? "" : " "}Changed by ${by}.`}`,
      })),
    ),
    report: {
      total: things.length,
      things: things.slice(0, listed).map(({ address, reason, by }) => ({ address, reason: short(reason), by })),
    },
  };
}

/** What a review of a pull request came to. */
export interface ReviewedPull {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly headCommit: string;
  readonly planId: string;
  readonly verdict: string;
  readonly marks: readonly { readonly context: string; readonly state: string; readonly description: string }[];
}

/** The verdict on a pull request. */
export function reviewAnnouncement(
  from: { readonly fleet: string; readonly repository: string },
  pull: ReviewedPull,
  url: string,
): Announcement {
  const { number, title, author, headCommit, planId, marks } = pull;
  const isBad = marks.some(({ state }) => state === "failure" || state === "error");
  return {
    ...{ event: "review", mood: isBad ? "bad" : "neutral", ...from, commit: headCommit, url },
    title: `${visible(from.fleet)} pull request ${number} "${cut(visible(title), 80)}" by ${visible(author)}: ${visible(pull.verdict)}`,
    particulars: few(marks.map(({ context, description }) => ({ subject: context, text: description }))),
    report: {
      ...{ number, title: short(title), author, headCommit, planId, verdict: pull.verdict },
      marks: marks.map(({ context, state, description }) => ({ context, state, description })),
    },
  };
}

/** `example 1a2b3c4d "Grow web"` */
function headline({ fleet, commit, commitSubject }: Outcome): string {
  const subject = commitSubject === "" ? "" : ` "${cut(visible(commitSubject), 60)}"`;
  return `${visible(fleet)}${commit === "" ? "" : ` ${shortCommit(commit)}${subject}`}`;
}

function few(particulars: readonly Particular[]): readonly Particular[] {
  const shown = particulars.slice(0, particularsShown).map(({ subject, text }) => ({
    subject: cut(visible(subject), subjectWidth),
    text: cut(visible(text), textWidth),
  }));
  const more = particulars.length - shown.length;
  return more > 0 ? [...shown, { subject: "", text: `and ${grouped(more)} more` }] : shown;
}

function short(text: string): string {
  return cut(text, textWidth);
}

/** Lists and texts cut to what a message holds; how long a list was is told beside it. */
function shortened(document: JsonObject): JsonObject {
  const lengths = Object.entries(document).flatMap(([key, value]) =>
    Array.isArray(value) && value.length > listed ? [[key, value.length] as const] : [],
  );
  const { resources: _none, ...rest } = document;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, bounded(value)]));
  return lengths.length === 0 ? kept : { ...kept, cut: Object.fromEntries(lengths) };
}

function bounded(value: Json): Json {
  if (typeof value === "string") return value.length > longestValue ? cut(value, longestValue) : value;
  if (Array.isArray(value)) return value.slice(0, listed).map(bounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, listed)
      .map(([key, inner]) => [key, bounded(inner)]),
  );
}
