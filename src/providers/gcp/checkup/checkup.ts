import type { Finding } from "../../../core/checkup.ts";
import { compareText } from "../../../core/problem.ts";
import type { Observed } from "../../../core/resource.ts";
import type { Fleet } from "../../../datum/fleet.ts";
import { ProviderError, type Scope } from "../../provider.ts";
import { createWire } from "../credentials/wire.ts";
import type { Settings } from "../options.ts";
import { projectsOf, realmsOf, translateFleet } from "../translate/fleet.ts";
import type { Examination } from "./ask.ts";
import { examine } from "./examine.ts";

type Observe = (scope: Scope, signal: AbortSignal) => AsyncIterable<Observed>;

/** Looks at everything these fleets need of Compute Engine and its neighbours. */
export async function checkUp(
  examination: Omit<Examination, "wire">,
  observe: Observe,
  fleets: readonly Fleet[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { settings } = examination;
  const projects = [...new Set(fleets.flatMap((fleet) => projectsOf(fleet, settings)))].sort(compareText);
  const all = fleets.flatMap((fleet) => translateFleet(fleet, settings));
  return await examine({ ...examination, wire: createWire(settings) }, projects, async (project) => {
    const resources = all.filter(({ realm }) => realm === project);
    return { project, resources, standing: await standingIn(observe, scopeOf(fleets, settings, project), signal) };
  });
}

/** What a pass lists of the project. */
function scopeOf(fleets: readonly Fleet[], settings: Settings, project: string): Scope {
  const realms = new Set(fleets.flatMap((fleet) => realmsOf(fleet, settings)));
  const own = [...realms].filter((realm) => realm === project || realm.startsWith(`${project}/`));
  return { fleet: fleets[0]?.name ?? "", realms: own, kinds: [] };
}

async function standingIn(
  observe: Observe,
  scope: Scope,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const keys = new Set<string>();
    for await (const { key } of observe(scope, signal)) keys.add(key);
    return keys;
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
