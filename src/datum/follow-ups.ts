import type { Problem } from "../core/problem.ts";
import { meantField } from "./meant.ts";

/** A path as steps: field names, and `*` for every place of a list. */
type Pattern = readonly string[];

/** What the schema found wrong in one document, and what must not be told because of it. */
export interface Faults {
  /** Says whether a problem only repeats a fault, or would not be there without it. */
  explain(problem: Problem): boolean;
  /** Says whether what stands at a path may be something else than was meant. */
  doubts(path: Pattern): boolean;
}

const runtime = ["runtime"];
const volumes = ["volumes"];

/** What rules read elsewhere in an instance's spec than at the place they tell: a fault there is told once. */
const causes: Readonly<Record<string, readonly Pattern[]>> = {
  "policy/port-name": [
    [...runtime, "sandbox", "containers", "*", "ports", "*", "name"],
    [...runtime, "virtualMachine", "ports", "*", "name"],
  ],
  "workload/volume-unattached": [
    [...runtime, "sandbox", "containers", "*", "volumeAttachments", "*", "name"],
    [...runtime, "virtualMachine", "volumeAttachments", "*", "name"],
  ],
  "workload/attachment-volume": [[...volumes, "*", "name"]],
  "dns/record-body": [["recordType"]],
  "dns/address": [["recordType"]],
  "workload/boot-disk": [[...volumes, "*", "disk", "template", "spec", "populator", "image", "name"]],
  "workload/mount-raw": [[...volumes, "*", "disk", "template", "spec", "populator", "filesystem"]],
};

/** Rules that only ask which of some fields are there: what is wrong inside of those does not matter to them. */
const ofPresence: readonly string[] = [
  "workload/runtime",
  "workload/volume-source",
  "workload/env-from",
  "workload/placement-target",
  "proxy/backend",
];

/** Fields beside the place of a rule that it reads too. */
const beside: Readonly<Record<string, Pattern>> = {
  "policy/end-port": ["port"],
  "location/zone": ["region"],
  "workload/disk-size": ["populator", "image", "name"],
};

/** Leaves out fields that are missing because they are misspelled: the misspelled one is told. */
export function withoutMisspelled(problems: readonly Problem[]): readonly Problem[] {
  const { doubts } = createFaults(problems.filter(({ rule }) => rule === "schema/unknown-field"));
  return problems.filter(({ rule, path }) => rule !== "schema/required" || !doubts(stepsOf(path)));
}

/** Reads the schema's problems of one document. */
export function createFaults(problems: readonly Problem[]): Faults {
  const all = problems.map((problem) => ({
    problem,
    steps: stepsOf(problem.path),
    isUnknown: problem.rule === "schema/unknown-field",
  }));
  const doubts = (path: Pattern, faults = all): boolean =>
    faults.some(({ steps, isUnknown }) => (isUnknown ? isMisspelling(steps, path) : isAlong(steps, path)));
  return {
    doubts: (path) => doubts(path),
    explain({ rule, path }) {
      const steps = stepsOf(path);
      const faults = ofPresence.includes(rule) ? all.filter((fault) => !isDeep(fault, steps)) : all;
      if (faults.some(({ problem }) => isNear(path, problem.path)) || doubts(steps, faults)) return true;
      const neighbour = beside[rule];
      if (neighbour !== undefined && doubts([...steps.slice(0, -1), ...neighbour])) return true;
      const base = path.startsWith("spec.template.") ? ["spec", "template", "spec"] : ["spec"];
      return (causes[rule] ?? []).some((cause) => doubts([...base, ...cause]));
    },
  };
}

/** Says whether a fault is so far inside of what stands at a path that it leaves no doubt about which fields are there. */
function isDeep({ problem, steps }: { readonly problem: Problem; readonly steps: Pattern }, outer: Pattern): boolean {
  const levels = steps.length - outer.length;
  const isBelow = levels > 0 && outer.every((step, index) => step === steps[index]);
  return isBelow && (levels > 1 || !["schema/unknown-field", "schema/required", "schema/type"].includes(problem.rule));
}

/** Says whether one of two paths is inside the other. */
function isNear(path: string, fault: string): boolean {
  const inside = (inner: string, outer: string): boolean =>
    inner === outer || (inner.startsWith(outer) && /[.[]/.test(inner[outer.length] ?? ""));
  return fault === "" || inside(path, fault) || inside(fault, path);
}

/** Says whether a field that is not known was likely meant to be a step of the path. */
function isMisspelling(unknown: Pattern, path: Pattern): boolean {
  const last = unknown.length - 1;
  const meant = path[last];
  return (
    meant !== undefined &&
    unknown.slice(0, last).every((step, index) => isSame(step, path[index])) &&
    meantField(unknown[last] ?? "", [meant]) !== undefined
  );
}

function isAlong(fault: Pattern, path: Pattern): boolean {
  const length = Math.min(fault.length, path.length);
  return fault.slice(0, length).every((step, index) => isSame(step, path[index]));
}

function isSame(step: string, other: string | undefined): boolean {
  return step === other || (other === "*" && /^\d+$/.test(step)) || (step === "*" && /^\d+$/.test(other ?? ""));
}

/** `spec.placements[0].a[b.c/d]` → its steps. */
function stepsOf(path: string): Pattern {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, key, name]) => key ?? name ?? "");
}
