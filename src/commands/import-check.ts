import type { Problem } from "../core/problem.ts";
import { manifestsText } from "../datum/write.ts";
import type { Surveyed, SurveyedManifest } from "../providers/provider.ts";
import { readManifests } from "../read.ts";
import type { World } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";

/**
 * Leaves out what no commit could hold: one manifest with an error would make the whole commit invalid. What needs catalogs that nobody
 * has read yet cannot be judged and stays.
 */
export async function holdable(world: World, surveyed: Surveyed, signal: AbortSignal): Promise<Surveyed> {
  if (Object.keys(surveyed.catalogs).length > 0) return surveyed;
  const tracked = await trackedFiles(world, signal);
  let { manifests } = surveyed;
  const leftOut = [...surveyed.leftOut];
  // What is left out may be what another one refers to: look until nothing more falls.
  for (;;) {
    const faults = faultsOf(world, tracked, manifests);
    if (faults.size === 0) break;
    for (const [manifest, { path, message }] of faults) {
      leftOut.push({ subject: subjectOf(manifest), reason: path === "" ? message : `${path}: ${message}` });
    }
    manifests = manifests.filter((manifest) => !faults.has(manifest));
  }
  return { ...surveyed, manifests, leftOut };
}

type Tracked = Awaited<ReturnType<typeof readManifests>>["parsed"];

async function trackedFiles({ repository, branch, judges }: World, signal: AbortSignal): Promise<Tracked> {
  try {
    const commit = await repository.head(branch, signal);
    return (await readManifests(judges, { repository, commit, signal, onProgress: () => undefined })).parsed;
  } catch (error) {
    if (error instanceof RepositoryError) return [];
    throw error;
  }
}

/** The first error of each manifest that has one, beside everything the branch says. */
function faultsOf(
  { judges: { checker } }: World,
  tracked: Tracked,
  manifests: readonly SurveyedManifest[],
): ReadonlyMap<SurveyedManifest, Problem> {
  const encoder = new TextEncoder();
  const byFile = new Map(manifests.map((manifest, index) => [`import:${index}.yaml`, manifest]));
  const parsed = [...byFile].map(([file, manifest]) => checker.parse(file, encoder.encode(manifestsText([manifest]))));
  const faults = new Map<SurveyedManifest, Problem>();
  for (const problem of checker.check([...tracked, ...parsed]).problems) {
    const manifest = byFile.get(problem.file);
    if (manifest !== undefined && problem.severity === "error" && !faults.has(manifest)) faults.set(manifest, problem);
  }
  return faults;
}

function subjectOf({ content }: SurveyedManifest): string {
  const { kind, metadata } = content as { kind?: string; metadata?: { namespace?: string; name?: string } };
  return `${kind} ${[metadata?.namespace, metadata?.name].filter((part) => part !== undefined).join("/")}`;
}
