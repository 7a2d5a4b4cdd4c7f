import { Refusal } from "../answer.ts";
import type { Project, Thread } from "../state.ts";
import { projectKey, roleOf, threadKey, type World } from "../world.ts";
import { commentPage } from "./comment.ts";
import { checkPage, commitPage, comparePage } from "./commit.ts";
import { filePage, folderPage, placeOf } from "./files.ts";
import { type Page, type PageRoom, projectPath } from "./layout.ts";
import { commitsPage, frontPage, projectPage } from "./project.ts";
import { forkPoint, plainDifference } from "./source.ts";
import { issuePage, pullFilesPage, pullPage } from "./thread.ts";

/** What an address leads to: a page, another address, or text. */
export type Found = Page | { readonly leadsTo: string } | { readonly plainText: Buffer };

/** First steps that belong to the API where it is asked for without its prefix. */
const apiSteps = [
  "api",
  "app",
  "graphql",
  "installation",
  "installations",
  "orgs",
  "rate_limit",
  "repos",
  "user",
  "users",
];

/** Whether an address is a page's. What is not known is one only for those who ask for a page. */
export function isPagePath({ world }: PageRoom, path: string, wantsPage: boolean): boolean {
  if (path === "/") return true;
  const [first = "", second = ""] = stepsOf(path) ?? [];
  if (apiSteps.includes(first)) return false;
  return wantsPage || world.state.get("projects", projectKey({ owner: first, name: second })) !== undefined;
}

/** The page of an address. */
export async function findPage(room: PageRoom, path: string): Promise<Found> {
  const { world } = room;
  const steps = stepsOf(path);
  if (steps === undefined) throw nothing();
  const [owner, name, kind, ...rest] = steps;
  if (owner === undefined) return frontPage(room);
  if (name === undefined) {
    if (world.state.get("users", owner.toLowerCase()) === undefined) throw nothing();
    return frontPage(room, owner);
  }
  const project = projectOf(room, owner, name);
  switch (kind) {
    case undefined:
      return projectPage(room, project);
    case "pulls":
      return { leadsTo: projectPath(project) };
    case "pull":
      return await findPull(room, project, rest);
    case "issues":
      return rest.length === 0 ? { leadsTo: projectPath(project) } : findIssue(room, project, rest);
    default:
      return await findInRepository(room, project, kind, rest);
  }
}

async function findPull(room: PageRoom, project: Project, [number = "", what]: readonly string[]): Promise<Found> {
  const digits = number.replace(/\.(?:diff|patch)$/, "");
  const thread = threadOf(room.world, project, digits);
  const { pull } = thread;
  if (pull === undefined) return { leadsTo: projectPath(project, `/issues/${thread.number}`) };
  if (digits !== number) {
    const git = await room.world.git(project);
    const from = await forkPoint(git, pull.baseCommit, pull.headCommit);
    return { plainText: await plainDifference(git, from, pull.headCommit) };
  }
  if (what === undefined) return pullPage(room, project, thread);
  if (what === "files") return pullFilesPage(room, project, thread);
  if (what === "comment") return commentPage(room, project, thread);
  throw nothing();
}

function findIssue(room: PageRoom, project: Project, [number = "", what]: readonly string[]): Found {
  const thread = threadOf(room.world, project, number);
  if (thread.pull !== undefined) return { leadsTo: projectPath(project, `/pull/${thread.number}`) };
  if (what === undefined) return issuePage(room, project, thread);
  if (what === "comment") return commentPage(room, project, thread);
  throw nothing();
}

async function findInRepository(
  room: PageRoom,
  project: Project,
  kind: string,
  steps: readonly string[],
): Promise<Found> {
  const git = await room.world.git(project);
  if (kind === "runs") {
    const run = room.world.state.get("checkRuns", steps[0] ?? "");
    if (run === undefined || run.project !== projectKey(project)) throw nothing();
    return checkPage(room, project, run);
  }
  if (kind === "compare") {
    const [from = "", to = ""] = (steps[0] ?? "").split("...");
    const [older, newer] = [await commitOf(from), await commitOf(to)];
    if (older === undefined || newer === undefined) throw nothing();
    return comparePage(room, project, older, newer);
  }
  const place = await placeOf(git, steps);
  if (place === undefined) throw nothing();
  const commit = await git.commit(place.commit);
  if (kind === "commit" && commit !== undefined && place.path === "") return commitPage(room, project, commit);
  if (kind === "commits" && place.path === "") return commitsPage(room, project, place.ref, place.commit);
  const page =
    kind === "blob"
      ? await filePage(git, project, place)
      : kind === "tree"
        ? await folderPage(git, project, place)
        : undefined;
  if (page === undefined) throw nothing();
  return page;

  async function commitOf(text: string) {
    return /^[0-9a-f]{7,40}$/.test(text) ? await git.commit(text) : undefined;
  }
}

/** What a form is sent to, read off its address: the thread and what is to be done with it. */
export function findForm(
  room: PageRoom,
  path: string,
): { readonly project: Project; readonly thread: Thread | undefined; readonly what: string } {
  const [owner = "", name = "", kind = "", number = "", what = "", ...more] = stepsOf(path) ?? [];
  const project = projectOf(room, owner, name);
  if (kind === "pulls" && number === "") return { project, thread: undefined, what: "propose" };
  const thread = threadOf(room.world, project, number);
  if (more.length > 0 || kind !== (thread.pull === undefined ? "issues" : "pull")) throw nothing();
  return { project, thread, what };
}

/** A project the reader may know of. */
function projectOf({ world, actsAs }: PageRoom, owner: string, name: string): Project {
  const project = world.state.get("projects", projectKey({ owner, name: name.replace(/\.git$/, "") }));
  if (project === undefined || roleOf(project, actsAs ?? "") === undefined) throw nothing();
  return project;
}

function threadOf({ state }: World, project: Project, number: string): Thread {
  const thread = /^[1-9]\d{0,8}$/.test(number)
    ? state.get("threads", threadKey(projectKey(project), Number(number)))
    : undefined;
  if (thread === undefined) throw nothing();
  return thread;
}

function nothing(): Refusal {
  return new Refusal(404, "Nothing is at this address, or it is not for you to see.");
}

/** The steps of an address, each decoded; undefined when that cannot be done. */
function stepsOf(path: string): readonly string[] | undefined {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
