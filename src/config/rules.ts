import type { Problem } from "../core/problem.ts";
import { checkAnnouncers } from "./announcers.ts";
import { textOf } from "./check.ts";
import { cronFault } from "./cron.ts";
import { bounds, defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import { checkEdge, checkPlane } from "./edge-rules.ts";
import type { RawConfig, RawRepository } from "./raw.ts";
import type { Path, ReadFile } from "./read.ts";

/** What the schema cannot say: names across repositories, schedules, durations that fit together. */
export function checkRules(raw: RawConfig, read: ReadFile): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (path: Path, rule: string, message: string, hint: string): void => {
    problems.push({ ...read.at(path, "value"), severity: "error", rule, path: textOf(path), message, hint });
  };
  checkNames(raw.repositories, add);
  for (const [index, repository] of raw.repositories.entries()) {
    checkDuration(["repositories", index, "pollInterval"], repository.pollInterval, bounds.minPollMs, add);
    checkGithub(["repositories", index, "github"], repository, add);
    if (repository.path !== undefined && repository.token !== undefined) {
      add(
        ["repositories", index, "token"],
        "config/value",
        "A repository of this machine needs no token.",
        "Remove it.",
      );
    }
  }
  const schedule = raw.drift?.schedule;
  const fault = schedule === undefined ? "" : cronFault(schedule);
  if (fault !== "") {
    add(
      ["drift", "schedule"],
      "config/schedule",
      `drift.schedule ${fault}.`,
      'For example "*/5 * * * *": every five minutes.',
    );
  }
  for (const pause of ["afterChange", "quiet"] as const)
    checkDuration(["drift", pause], raw.drift?.[pause], bounds.minPollMs, add);
  for (const part of ["apply", "retry"] as const) checkDelays(part, raw, add);
  checkEdge(raw.providers.edge, add);
  if (raw.hub !== undefined) checkPlane(raw.hub, ["hub"], add);
  checkAnnouncers(raw.announcers ?? [], add);
  for (const [index, { timeout }] of (raw.announcers ?? []).entries())
    checkDuration(["announcers", index, "timeout"], timeout, bounds.minTimeoutMs, add);
  return problems;
}

type Add = (path: Path, rule: string, message: string, hint: string) => void;

function checkNames(repositories: readonly RawRepository[], add: Add): void {
  const seen = new Map<string, number>();
  for (const [index, { name }] of repositories.entries()) {
    if (name === undefined) {
      if (repositories.length > 1) {
        add(
          ["repositories", index],
          "config/name",
          `repositories[${index}] needs a name: there are several.`,
          "The name becomes part of its fleet's name.",
        );
      }
      continue;
    }
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else
      add(
        ["repositories", index, "name"],
        "config/name",
        `repositories[${first}] has the name ${name} already.`,
        "Give each its own.",
      );
  }
}

/** What a repository at GitHub may not be, although its shape is right. */
function checkGithub(path: Path, { github }: RawRepository, add: Add): void {
  if (github === undefined) return;
  checkDuration([...path, "timeout"], github.timeout, bounds.minTimeoutMs, add);
  const { apiUrl } = github;
  if (apiUrl !== undefined && !isPrivateChannel(apiUrl)) {
    add(
      [...path, "apiUrl"],
      "config/value",
      `${textOf([...path, "apiUrl"])} must be https.`,
      "Credentials are sent there.",
    );
  }
}

function isPrivateChannel(address: string): boolean {
  return /^https:|^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/.test(address);
}

function checkDuration(path: Path, text: string | undefined, minMs: number, add: Add): void {
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined) return;
  if (ms < minMs) add(path, "config/value", `${textOf(path)} must be at least ${minMs} ms.`, "Write a longer time.");
  if (ms > bounds.maxDurationMs)
    add(path, "config/value", `${textOf(path)} must be at most 480h.`, "Write a shorter time.");
}

function checkDelays(part: "apply" | "retry", raw: RawConfig, add: Add): void {
  const given = raw[part];
  if (given === undefined) return;
  checkDuration([part, "firstDelay"], given.firstDelay, 1, add);
  checkDuration([part, "maxDelay"], given.maxDelay, 1, add);
  const first = parseDuration(given.firstDelay ?? defaults[part].firstDelay) ?? 0;
  const max = parseDuration(given.maxDelay ?? defaults[part].maxDelay) ?? 0;
  const later = given.maxDelay === undefined ? "firstDelay" : "maxDelay";
  if (first <= max) return;
  const message = `${part}.firstDelay must not be longer than ${part}.maxDelay.`;
  add([part, later], "config/value", message, "Shorten the one, or lengthen the other.");
}
