import { join } from "node:path";
import { openBranchPolicies } from "./branch-policies.ts";
import { ageKeySource, isTelling } from "./compose/age-keys.ts";
import { loadCatalogs } from "./compose/catalogs.ts";
import { openChecker } from "./compose/checker.ts";
import { gitTokenOf, openForge } from "./compose/forges.ts";
import { isUsable, loadPolicies } from "./compose/policies.ts";
import { openProviders } from "./compose/providers.ts";
import { PolicyError } from "./compose/refusals.ts";
import { loadLimits, loadRules, type Rules } from "./compose/rules.ts";
import { openSignatures } from "./compose/signatures.ts";
import type { Config, RepositoryConfig } from "./config.ts";
import { digest } from "./core/identity.ts";
import type { OnProgress } from "./core/progress.ts";
import type { Forge } from "./forge/forge.ts";
import { createPolicyEngine } from "./policy/door.ts";
import { createParseCache } from "./read.ts";
import type { World } from "./reconcile.ts";
import { openRepository } from "./repo/index.ts";
import { systemClock } from "./runtime/clock.ts";
import { createReleasers } from "./runtime/releasers.ts";
import { createSecretRoom } from "./secrets/room.ts";
import type { Shell } from "./shell.ts";
import type { Store } from "./store/store.ts";

/** How many parsed files are kept between passes. */
const parseCacheFiles = 20_000;
/** How many passes each fleet remembers. */
const historyLimit = 1_000;

/** The running parts of one configuration. */
export interface Composition {
  readonly config: Config;
  readonly worlds: readonly World[];
  /** Where fleets are reviewed, by fleet. */
  readonly forges: ReadonlyMap<string, Forge>;
  readonly store: Store;
  readonly rules: Rules;
  /** Ends everything that was opened, last first. */
  close(): Promise<void>;
}

/** Turns a configuration into running parts. Nothing outside is asked before the first pass. */
export async function compose(
  shell: Shell,
  config: Config,
  stateDirectory: string,
  onProgress: OnProgress,
): Promise<Composition> {
  const releasers = createReleasers();
  try {
    const rules = await loadRules(shell.packageDirectory, shell.version);
    const limits = await loadLimits(shell.packageDirectory, rules.configSchema, config.limits);
    const store = await openStore(shell, config.store.path ?? stateDirectory);
    releasers.push("store", () => store.close());
    const secrets = createSecretRoom(
      () => ageKeySource(config, shell),
      (value) => isTelling(value) && shell.redactor.add(value),
    );
    const catalogs = await loadCatalogs(rules, config);
    const providers = await openProviders(shell, config, { catalogs, secrets: secrets.lookup });
    for (const provider of providers) releasers.push(provider.name, () => provider.close());
    const policies = await loadPolicies(config.policies);
    if (!isUsable(policies)) throw new PolicyError(policies);
    const engine = createPolicyEngine(policies.set);
    releasers.push("policies", () => engine.close());
    const { allowClearText: allowsClearTextSecrets } = config.secrets;
    const checker = openChecker(rules, config, catalogs);
    const cache = createParseCache(parseCacheFiles);
    const worlds: World[] = [];
    const forges = new Map<string, Forge>();
    for (const tracked of config.repositories) {
      const forge = await openForge(shell, tracked);
      if (forge !== undefined) {
        forges.set(tracked.fleet, forge);
        releasers.push(forge.name, () => forge.close());
      }
      const repository = await openTracked(shell, tracked, stateDirectory, forge);
      releasers.push(repository.label, () => repository.close());
      const judges = {
        fleet: tracked.fleet,
        prefix: tracked.prefix,
        checker,
        providers,
        limits,
        driftPolicy: config.drift.policy,
        ...(policies.set.policies.length > 0 && { policies: engine }),
        rulesDigest: digest({ rules: rules.digest, catalogs, policies: policies.set as never, allowsClearTextSecrets }),
        secrets,
        now: () => systemClock.now().toISOString(),
        cache,
      };
      const rhythm = { branch: tracked.branch, patience: config.apply, clock: systemClock, random: Math.random };
      const signatures = await openSignatures(tracked, repository);
      const branchPolicies = tracked.policies === "" ? undefined : openBranchPolicies(tracked.policies, policies.set);
      releasers.push(`policies of ${tracked.fleet}`, async () => void (await branchPolicies?.close()));
      const more = { ...(signatures && { signatures }), ...(branchPolicies && { branchPolicies }) };
      worlds.push({ judges, repository, store, onProgress, ...more, ...rhythm });
    }
    return { config, worlds, forges, store, rules, close: async () => void (await releasers.release()) };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

/** Opens what is remembered in a folder; reading needs no lock. */
export async function openStore(shell: Shell, directory: string): Promise<Store> {
  const { openSqliteStore } = await import("./store/sqlite/open.ts");
  return await openSqliteStore(directory, {
    historyLimit,
    holder: `Process ${shell.pid}`,
    onMovedAside: (path) =>
      shell.stderr.write(
        `The store was broken and was put aside as ${path}. Nothing is lost: the next pass rebuilds it.\n`,
      ),
  });
}

function openTracked(shell: Shell, tracked: RepositoryConfig, stateDirectory: string, forge: Forge | undefined) {
  const token = gitTokenOf(shell, tracked, forge);
  return openRepository({
    location: tracked.location,
    stateDirectory: join(stateDirectory, "clones"),
    pollIntervalMs: tracked.pollIntervalMs,
    pollJitter: tracked.pollJitter,
    ...(token !== undefined && { token }),
  });
}
