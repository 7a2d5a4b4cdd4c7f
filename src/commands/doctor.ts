import type { Command } from "../cli.ts";
import { CatalogError, PolicyError } from "../compose/refusals.ts";
import { SecretError } from "../compose/secrets.ts";
import { bad, doubtful, type Finding, good } from "../core/checkup.ts";
import { hasErrors } from "../core/problem.ts";
import { expandFleet } from "../datum/expand.ts";
import type { Fleet } from "../datum/fleet.ts";
import { type Provider, ProviderError } from "../providers/provider.ts";
import { readManifests } from "../read.ts";
import { signatureRefusals, type World } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";
import type { Shell } from "../shell.ts";
import { type Store, StoreError } from "../store/store.ts";
import { announcerFindings } from "./doctor-announcers.ts";
import { githubFindings } from "./doctor-github.ts";
import { hubFindings } from "./doctor-hub.ts";
import { printer } from "./print.ts";
import { CommandError, type Flags, openSession, type Session } from "./session.ts";

type Doctor = Extract<Command, { readonly name: "doctor" }>;

const silent = (): void => undefined;
const fact = "doctor";

/** `doctor`: looks at everything a pass stands on and says what has to be mended, and how. Exit code 1 when something has. */
export async function doctor(shell: Shell, command: Doctor, flags: Flags): Promise<number> {
  const print = printer(shell, command.output, flags);
  const findings = await examine(shell, command);
  print.checkup(findings);
  return findings.some(({ verdict }) => verdict === "bad") ? 1 : 0;
}

async function examine(shell: Shell, command: Doctor): Promise<readonly Finding[]> {
  const opened = await openSession(shell, command, silent).catch(unopened);
  if (!("worlds" in opened)) return [opened];
  try {
    const first = good("configuration", command.config ?? "none given: the example fleet on embedded worlds");
    const store = await storeFinding(opened.store, opened.worlds);
    const repositories = await Promise.all(
      opened.worlds.map((world) => {
        const tracked = opened.config.repositories.find(({ fleet }) => fleet === world.judges.fleet);
        const isForges = tracked?.github !== undefined && tracked.token === undefined;
        return repositoryFindings(world, isForges, shell.signal);
      }),
    );
    const forges = await Promise.all(opened.config.repositories.map((tracked) => githubFindings(shell, tracked)));
    const announcers = await announcerFindings(shell, opened.config);
    const hub = await hubFindings(shell, opened.config);
    const fleets = repositories.flatMap(({ fleet }) => (fleet === undefined ? [] : [fleet]));
    const providers = await Promise.all(providersOf(opened).map((one) => providerFindings(one, fleets, shell.signal)));
    const watched = repositories.flatMap(({ findings }) => findings);
    return [first, store, ...watched, ...forges.flat(), ...announcers, ...providers.flat(), ...hub];
  } finally {
    await opened.close();
  }
}

/** What keeps the parts from being opened at all, as a finding. */
function unopened(error: unknown): Finding {
  if (error instanceof CommandError || error instanceof PolicyError || error instanceof CatalogError) {
    const places = error.problems.map(({ file, line, column, message, hint }) =>
      `${file}:${line}:${column} ${message} ${hint}`.trim(),
    );
    return bad("configuration", error.message, places.join("\n"));
  }
  if (error instanceof SecretError) {
    return bad("secrets", error.message, "Set the variable or make the file that the configuration names.");
  }
  if (error instanceof StoreError)
    return bad("store", error.message, "Look at the folder that state or store.path names.");
  throw error;
}

async function storeFinding(store: Store, worlds: readonly World[]): Promise<Finding> {
  const fleet = worlds[0]?.judges.fleet ?? "";
  try {
    await store.setFact(fleet, fact, "written");
    await store.dropFact(fleet, fact);
    return good("store", "can be written");
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return bad("store", error.message, "Give the daemon a folder it may write to: state or store.path.");
  }
}

interface Looked {
  readonly findings: readonly Finding[];
  /** What the branch wants; undefined where it cannot be read or is not valid. */
  readonly fleet: Fleet | undefined;
}

async function signatureFindings(world: World, commit: string): Promise<readonly Finding[]> {
  const subject = `signature of ${world.branch}`;
  const [refusal] = await signatureRefusals(world, commit);
  if (refusal !== undefined)
    return [bad(subject, refusal.message, "Let somebody whose key is allowed sign a commit on top.")];
  return world.signatures === undefined ? [] : [good(subject, "by an allowed key")];
}

/** `isForges`: git reads it with what its forge has. */
async function repositoryFindings(world: World, isForges: boolean, signal: AbortSignal): Promise<Looked> {
  const { repository, branch, judges } = world;
  const subject = `repository ${repository.label}`;
  try {
    const commit = await repository.head(branch, signal);
    const reached = good(subject, `${branch} is at ${commit.slice(0, 8)}`);
    const { parsed } = await readManifests(judges, { repository, commit, signal, onProgress: silent });
    const checked = judges.checker.check(parsed);
    const count = checked.documents.length;
    if (hasErrors(checked.problems)) {
      const errors = checked.problems.filter(({ severity }) => severity === "error").length;
      const mend = "Run plumbline plan for each with its line. What the branch wants is not looked at until then.";
      return {
        findings: [reached, bad(`manifests of ${branch}`, `${errors} errors in ${count} manifests`, mend)],
        fleet: undefined,
      };
    }
    const fleet = expandFleet(checked.documents, { fleet: judges.fleet, allocations: new Map() });
    const manifests =
      count === 0
        ? doubtful(`manifests of ${branch}`, "there are none", "Add some, or correct prefix or branch.")
        : good(`manifests of ${branch}`, `${count}, all valid`);
    return { findings: [reached, manifests, ...(await signatureFindings(world, commit))], fleet };
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    return { findings: [bad(subject, error.message, mendRepository(error.code, branch, isForges))], fleet: undefined };
  }
}

function mendRepository(code: string, branch: string, isForges: boolean): string {
  switch (code) {
    case "auth":
      if (isForges) return "Mend the credentials of GitHub in the repository's configuration.";
      return "Name a token in the repository's configuration that may read the repository.";
    case "unknown-ref":
      return `Push the branch ${branch}, or correct branch in the configuration.`;
    case "not-found":
      return "Correct url or path of the repository in the configuration.";
    default:
      return "Look at the network and at url or path of the repository in the configuration.";
  }
}

function providersOf(session: Session): readonly Provider[] {
  return session.worlds[0]?.judges.providers ?? [];
}

async function providerFindings(
  provider: Provider,
  fleets: readonly Fleet[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const findings = (await provider.checkup?.(fleets, signal)) ?? [];
    return findings.map((finding) => ({ ...finding, subject: `${provider.name}: ${finding.subject}` }));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return [bad(provider.name, error.message, "")];
  }
}
