import { join } from "node:path";
import { type GitRepository, openGitRepository } from "./git.ts";
import type { Project, Role, State, Thread, Token, User } from "./state.ts";

/** Everything a request works on. */
export interface World {
  readonly state: State;
  /** Where the server is reached; leads every link. */
  readonly url: () => string;
  readonly nowIso: () => string;
  /** A pushed branch opens a pull request by itself. */
  readonly autoPull: boolean;
  git(project: Project): Promise<GitRepository>;
  /** What moves the branches of one project happens one after the other. */
  inTurn<T>(project: Project, work: () => Promise<T>): Promise<T>;
  /** Tells the hooks of a project. */
  deliver(project: Project, event: string, description: string, payload: (world: World) => Promise<object>): void;
}

/** `owner/name`, the way projects are kept. */
export function projectKey({ owner, name }: Pick<Project, "owner" | "name">): string {
  return `${owner}/${name}`.toLowerCase();
}

/** Key of an issue or pull request. */
export function threadKey(project: string, number: number): string {
  return `${project}#${number}`;
}

/** Opens each project's Git repository once; where no other folder was said, it is a bare one below `folder`. */
export function gitShelf(searchPath: string, folder: string): (project: Project) => Promise<GitRepository> {
  const open = new Map<string, Promise<GitRepository>>();
  return (project) => {
    const key = projectKey(project);
    const path = project.folder ?? join(folder, `${key}.git`);
    const found =
      open.get(key) ??
      openGitRepository(searchPath, path, {
        defaultBranch: project.defaultBranch,
        isOurs: project.folder === undefined,
      });
    open.set(key, found);
    return found;
  };
}

/** Makes the queues of a world's projects. */
export function turns(): World["inTurn"] {
  const last = new Map<string, Promise<unknown>>();
  return (project, work) => {
    const key = projectKey(project);
    const next = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(
      key,
      next.catch(() => undefined),
    );
    return next;
  };
}

/** The account of a login; one that nobody made yet is made. */
export function userOf(state: State, login: string): User {
  const found = state.get("users", login.toLowerCase());
  if (found !== undefined) return found;
  const user: User = { id: state.nextId(), login, type: login.endsWith("[bot]") ? "Bot" : "User" };
  state.put("users", login.toLowerCase(), user);
  return user;
}

const strength: readonly Role[] = ["read", "triage", "write", "maintain", "admin"];

/** What somebody may do in a project; undefined: not even know of it. */
export function roleOf(project: Project, login: string): Role | undefined {
  const given = project.roles[login.toLowerCase()];
  if (given !== undefined) return given;
  return project.isPrivate ? undefined : "read";
}

/** Whether a role reaches another. */
export function reaches(role: Role | undefined, wanted: Role): boolean {
  return role !== undefined && strength.indexOf(role) >= strength.indexOf(wanted);
}

/** Whether a token lets its owner do something of this kind, whatever the owner may. */
export function tokenAllows(token: Token, area: string, wanted: "read" | "write"): boolean {
  if (token.permissions === undefined) return true;
  const given = token.permissions[area];
  return given === "write" || given === wanted;
}

/** All threads of a project, newest first. */
export function threadsOf(state: State, project: string): readonly Thread[] {
  return state
    .all("threads")
    .filter((thread) => thread.project === project)
    .sort((left, right) => right.number - left.number);
}

/** Writes a project's next thread. */
export function addThread(
  world: World,
  project: Project,
  draft: Omit<Thread, "id" | "project" | "number" | "createdAt" | "updatedAt" | "state" | "labels">,
): Thread {
  const key = projectKey(project);
  const now = world.nowIso();
  const current = world.state.get("projects", key) ?? project;
  const thread: Thread = {
    ...{ id: world.state.nextId(), project: key, number: current.nextNumber, createdAt: now, updatedAt: now },
    ...{ state: "open", labels: [] },
    ...draft,
  };
  world.state.put("projects", key, { ...current, nextNumber: current.nextNumber + 1 });
  world.state.put("threads", threadKey(key, thread.number), thread);
  return thread;
}
