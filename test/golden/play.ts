import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decide } from "../../src/decide.ts";
import { facts, outcomeOf, reconcile } from "../../src/reconcile.ts";
import { driftText } from "../../src/report/drift.ts";
import { jsonText, planDocument } from "../../src/report/json.ts";
import { planMarkdown } from "../../src/report/markdown.ts";
import { networkText } from "../../src/report/network.ts";
import { outcomeText, planReportText } from "../../src/report/outcome.ts";
import { plainLook } from "../../src/report/palette.ts";
import { reviewMarkdown } from "../../src/report/review.ts";
import { deleteInstance, setLabels, setMachineType, stopInstance } from "../../src/sim/gce/by-hand.ts";
import { folderRepository } from "../support/folder-repository.ts";
import { root, simulatedWorld } from "../support/worlds.ts";

const folder = join(root, "test", "golden", "cases");

/** What stands before the commit of a case, and what was done by hand. `before` may name another folder of the project. */
interface CaseFile {
  readonly title: string;
  readonly repo?: string;
  readonly before?: string;
  readonly byHand?: readonly (readonly [
    action: "delete" | "stop" | "set-label" | "set-machine-type",
    name: string,
    value?: string,
  ])[];
  readonly driftPolicy?: "correct" | "report";
  readonly limits?: object;
}

/** Names of all cases. */
export function caseNames(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Where a case keeps what people and programs read. */
export function resultPath(name: string, file: string): string {
  return join(folder, name, "expected", file);
}

/** Plays a case on the real providers and simulators and gives every file it should come to. */
export async function play(name: string): Promise<ReadonlyMap<string, string>> {
  const given = JSON.parse(readFileSync(join(folder, name, "case.json"), "utf8")) as CaseFile;
  const place = (part: string | undefined, own: string): string | undefined =>
    part !== undefined ? join(root, part) : existsSync(join(folder, name, own)) ? join(folder, name, own) : undefined;
  const simulated = await simulatedWorld();
  try {
    const signals = { stopping: new AbortController().signal, signal: new AbortController().signal };
    const before = place(given.before, "before");
    const earlier = before === undefined ? undefined : folderRepository(before, "Before");
    if (earlier !== undefined) await reconcile(simulated.worldOn(earlier), "started", signals);
    for (const step of given.byHand ?? []) await byHand(simulated.gce.url, step);
    const repository = folderRepository(place(given.repo, "repo") ?? "", given.title, earlier);
    const world = simulated.worldOn(repository, {
      ...(given.driftPolicy !== undefined && { driftPolicy: given.driftPolicy }),
      ...(given.limits !== undefined && { limits: given.limits as never }),
    });
    const inventory = await simulated.store.inventory("golden");
    const commit = await repository.head("main", signals.signal);
    const previous = await simulated.store.fact("golden", facts.applied);
    const question = { repository, commit, inventory, previous, signal: signals.signal, onProgress: () => undefined };
    const planned = outcomeOf(world, await decide(world.judges, question), undefined, inventory);
    const [outcome] = await reconcile(world, "moved", signals);
    return new Map([
      ["plan.json", jsonText(planDocument(planned))],
      ["plan.txt", planReportText(planned, plainLook)],
      ["plan.md", planMarkdown(planned)],
      [
        "review.md",
        reviewMarkdown({
          number: 7,
          headCommit: commit,
          baseBranch: "main",
          outcome: planned,
          withheld: "",
          previous: undefined,
          drifted: [],
          approvedBy: "",
          pageUrl: "",
          lineUrl: ({ file, line }) => `https://forge.example/acme/fleet/blob/${commit.slice(0, 8)}/${file}#L${line}`,
        }),
      ],
      ["networks.txt", (planned.networks ?? []).map((plan) => networkText(plan, plainLook)).join("\n")],
      ["drift.txt", driftText(planned, plainLook)],
      ["outcome.txt", outcome === undefined ? "" : outcomeText(outcome, plainLook, { sources: outcome.sources })],
    ]);
  } finally {
    await simulated.close();
  }
}

async function byHand(url: string, [action, name, value = ""]: NonNullable<CaseFile["byHand"]>[number]): Promise<void> {
  if (action === "delete") await deleteInstance(url, name);
  else if (action === "stop") await stopInstance(url, name);
  else if (action === "set-machine-type") await setMachineType(url, name, value);
  else {
    const [key = "", text = ""] = value.split("=");
    await setLabels(url, name, { [key]: text });
  }
}
