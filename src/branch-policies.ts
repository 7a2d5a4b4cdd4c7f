import { digest } from "./core/identity.ts";
import { hasErrors, type Problem, sortProblems } from "./core/problem.ts";
import type { Judges } from "./decide.ts";
import { createPolicyEngine, type PolicyEngine } from "./policy/door.ts";
import type { PolicySet } from "./policy/policy-set.ts";
import { policyDocuments } from "./policy-files.ts";
import { judgeTogether, type Sitting } from "./policy-sittings.ts";
import { isManifestPath } from "./read.ts";
import { type Repository, RepositoryError } from "./repo/repository.ts";
import type { Store } from "./store/store.ts";

/** Name of the fact: the last commit that was found good and whose policies were sound. */
export const policyFact = "policy-commit";

/** Whose policies judge a commit, beside the daemon's own. */
export interface PolicyQuestion {
  readonly repository: Repository;
  /** A commit of the tracked branch, never of a pull request. */
  readonly commit: string;
  /** The commit whose policies were in force until now: they go on judging whatever changes them. */
  readonly before: string | undefined;
  /** What a pull request would give: its policies are looked through for mistakes and judge nothing. */
  readonly proposed?: string;
  readonly signal: AbortSignal;
}

/** The judges with the branch's policies among them. */
export interface Seated {
  readonly judges: Judges;
  /** Whether the policies of the commit can be understood. Where not, those in force until now go on. */
  readonly isSound: boolean;
}

/** The policies that a tracked branch keeps for itself, in a folder of its own. */
export interface BranchPolicies {
  seat(judges: Judges, question: PolicyQuestion): Promise<Seated>;
  /** Ends every thread. */
  close(): Promise<void>;
}

/** The policies of one commit. */
interface Loaded {
  readonly commit: string;
  /** Equal for equal files. */
  readonly key: string;
  readonly set: PolicySet;
  readonly problems: readonly Problem[];
}

/** Sets that are kept ready: before and after a change, for the branch and for reviews. */
const readySets = 4;
const mostFiles = 500;

/** How a repository says that a commit is not there any more. */
const gone: ReadonlySet<string> = new Set(["missing-object", "unknown-ref"]);

/** Opens the policies of a path of the repository; `own` are the daemon's, which no branch can touch. */
export function openBranchPolicies(
  path: string,
  own: PolicySet,
  openEngine: (set: PolicySet) => PolicyEngine = createPolicyEngine,
): BranchPolicies {
  const folder = path.replace(/\/+$/, "");
  const known = new Map<string, Omit<Loaded, "commit">>();
  const engines = new Map<string, PolicyEngine>();

  async function load(repository: Repository, commit: string, signal: AbortSignal): Promise<Loaded> {
    const all = await repository.files(commit, folder);
    const files = all.filter(
      (file) => isManifestPath(file.path) && (file.path === folder || file.path.startsWith(`${folder}/`)),
    );
    const key = digest(files.map(({ path: name, blobId }) => [name, blobId]));
    const found = known.get(key);
    if (found !== undefined) return { ...found, commit };
    const loaded = files.length > mostFiles ? tooMany(folder, files.length) : await read(repository, files, signal);
    const problems = [...loaded.problems, ...(files.length === 0 ? [none(folder)] : []), ...shared(loaded.set, own)];
    known.set(key, { key, set: loaded.set, problems: sortProblems(problems) });
    const oldest = known.size > 2 * readySets ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    return { key, set: loaded.set, problems: sortProblems(problems), commit };
  }

  async function engineOf({ key, set }: Loaded): Promise<PolicyEngine> {
    const engine = engines.get(key) ?? openEngine(set);
    engines.delete(key);
    engines.set(key, engine);
    const [oldest] = engines.size > readySets ? engines : [];
    if (oldest !== undefined) {
      engines.delete(oldest[0]);
      await oldest[1].close();
    }
    return engine;
  }

  return {
    async seat(judges, { repository, commit, before, proposed, signal }) {
      const now = await load(repository, commit, signal);
      const old =
        before === undefined || before === commit ? undefined : await loadOld(load, repository, before, signal);
      const isSound = !hasErrors(now.problems);
      const inForce = [
        ...(isSound ? [now] : []),
        ...(old !== undefined && (old.key !== now.key || !isSound) ? [old] : []),
      ];
      const sittings: Sitting[] = judges.policies === undefined ? [] : [seatOf(judges.policies, own, "")];
      for (const loaded of inForce)
        if (loaded.set.policies.length > 0)
          sittings.push(seatOf(await engineOf(loaded), loaded.set, loaded === old && isSound ? loaded.commit : ""));
      const said = isSound || old === undefined ? now.problems : now.problems.map((one) => goesOn(one, old.commit));
      const next = proposed === undefined ? undefined : await load(repository, proposed, signal);
      const asked = next === undefined || next.key === now.key ? [] : next.problems;
      const rulesDigest = digest({ rules: judges.rulesDigest, policies: inForce.map(({ key }) => key) });
      return { isSound, judges: { ...judges, rulesDigest, policies: judgeTogether(sittings, [...said, ...asked]) } };
    },
    async close() {
      for (const engine of engines.values()) await engine.close();
    },
  };
}

function seatOf(judge: Sitting["judge"], set: PolicySet, until: string): Sitting {
  return { judge, judgesManifests: set.policies.some(({ over }) => over === "manifests"), until };
}

async function loadOld(
  load: (repository: Repository, commit: string, signal: AbortSignal) => Promise<Loaded>,
  repository: Repository,
  commit: string,
  signal: AbortSignal,
): Promise<Loaded | undefined> {
  try {
    return await load(repository, commit, signal);
  } catch (error) {
    // History may have been rewritten or cut short: then there is nothing older to go by.
    if (error instanceof RepositoryError && gone.has(error.code)) return undefined;
    throw error;
  }
}

async function read(
  repository: Repository,
  files: readonly { readonly path: string; readonly blobId: string }[],
  signal: AbortSignal,
): Promise<Pick<Loaded, "set" | "problems">> {
  const blobs = await repository.read([...new Set(files.map(({ blobId }) => blobId))], signal);
  const texts = files.map(({ path, blobId }) => ({ path, bytes: blobs.get(blobId) ?? new Uint8Array() }));
  const { documents, problems: unread } = policyDocuments(texts);
  // The language is large; who has no policies never loads it.
  const { parsePolicies } = await import("./policy/parse.ts");
  const { set, problems } = parsePolicies(documents);
  return { set, problems: [...unread, ...problems] };
}

/** Where others go on, what cannot be understood stops nobody; it is told all the same. */
function goesOn(problem: Problem, commit: string): Problem {
  if (problem.severity !== "error") return problem;
  const hint = `${problem.hint} Until then the policies of ${commit.slice(0, 8)} go on.`.trim();
  return { ...problem, severity: "warning", hint };
}

function at(file: string, severity: Problem["severity"], rule: string, message: string, hint: string): Problem {
  return { file, line: 1, column: 1, path: "", severity, rule, message, hint };
}

function none(folder: string): Problem {
  const hint = "Add policies, or remove the path from the daemon's configuration.";
  return at(folder, "warning", "policy/missing", `The branch has no policies at ${folder}, where it should.`, hint);
}

function tooMany(folder: string, count: number): Pick<Loaded, "set" | "problems"> {
  const message = `There are ${count} files of policies; at most ${mostFiles} are read.`;
  const problem = at(folder, "error", "policy/missing", message, "Put several policies into one file.");
  return { set: { policies: [], bindings: [], params: [], namespaces: [] }, problems: [problem] };
}

/** One rule id would mean two policies: both judge, and somebody should know. */
function shared(set: PolicySet, own: PolicySet): readonly Problem[] {
  const names = new Set(own.policies.map(({ name }) => name));
  return set.policies
    .filter(({ name }) => names.has(name))
    .map(({ name, source }) => ({
      ...source,
      ...{ severity: "warning" as const, rule: "policy/name", path: "metadata.name" },
      message: `The daemon has a policy ${name} of its own; both judge.`,
      hint: "Rename this one: findings of both are told under one name.",
    }));
}

/** The judges of a commit, with the branch's policies where it has some; those that were in force until now judge too. */
export async function seatPolicies(
  world: {
    readonly judges: Judges;
    readonly branchPolicies?: BranchPolicies;
    readonly repository: Repository;
    readonly store: Store;
  },
  question: { readonly commit: string; readonly proposed?: string; readonly signal: AbortSignal },
): Promise<Seated> {
  const { judges, branchPolicies, repository, store } = world;
  if (branchPolicies === undefined) return { judges, isSound: true };
  const before = await store.fact(judges.fleet, policyFact);
  return await branchPolicies.seat(judges, { repository, before, ...question });
}
