import type { Change, Plan } from "./core/change.ts";
import { specHash } from "./core/identity.ts";
import { acts } from "./core/plan.ts";
import { hasErrors } from "./core/problem.ts";
import type { Observed } from "./core/resource.ts";
import { expandFleet } from "./datum/expand.ts";
import type { Ground } from "./ground.ts";
import type { Provider } from "./providers/provider.ts";
import { readManifests } from "./read.ts";

type Reading = Parameters<typeof readManifests>;
type Wishing = Reading[0] & { readonly fleet: string; readonly providers: readonly Provider[] };
type Asked = Reading[1] & { readonly base?: string | undefined; readonly previous?: string | undefined };

/**
 * Marks what the base of a pull request wants already and has not got yet: a reviewer must not take it for the author's. The base is
 * expanded on the same ground and compared with nothing but wishes, so that nothing outside is asked a second time.
 */
export async function withAwaited(
  judges: Wishing,
  question: Asked,
  plan: Plan,
  seen: { readonly ground: Ground; readonly observed: readonly Observed[] },
): Promise<Plan> {
  const { base, previous } = question;
  if (base === undefined || base === previous || !plan.changes.some(isOpen)) return plan;
  const files = await readManifests(judges, { ...question, commit: base, onProgress: () => undefined });
  const { documents, problems } = judges.checker.check(files.parsed);
  // Nothing comes of a base that is not valid.
  if (hasErrors(problems)) return plan;
  const wanted = wishes(judges, expandFleet(documents, { fleet: judges.fleet, ...seen.ground }), seen.observed);
  const isAwaited = (change: Change): boolean => {
    const { address, resource } = change;
    return wanted.get(address) === (resource === undefined ? undefined : specHash(resource.spec));
  };
  return {
    ...plan,
    changes: plan.changes.map((change) =>
      isOpen(change) && isAwaited(change) ? { ...change, isAwaited: true } : change,
    ),
  };
}

/** What is drift comes from no commit. */
function isOpen(change: Change): boolean {
  return acts(change) && change.cause !== "drift";
}

function wishes(
  { providers }: Wishing,
  fleet: ReturnType<typeof expandFleet>,
  observed: readonly Observed[],
): ReadonlyMap<string, string> {
  const resources = providers.flatMap((provider) => [
    ...provider.translate(fleet),
    ...(provider.retained?.(
      fleet,
      observed.filter((one) => one.provider === provider.name),
    ) ?? []),
  ]);
  return new Map(resources.map(({ address, spec }) => [address, specHash(spec)]));
}
