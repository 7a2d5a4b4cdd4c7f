import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { Role, Token } from "./state.ts";
import { projectKey, userOf, type World } from "./world.ts";

/** A project to begin with. */
export interface ProjectOptions {
  readonly owner: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly roles?: Readonly<Record<string, Role>>;
  readonly defaultBranch?: string;
  /** A repository that stands somewhere already, with or without a work tree. Absent: a bare one is made. */
  readonly folder?: string;
}

/** What may be done to the world behind everybody's back: what people do on GitHub's own pages. */
export interface Hands {
  /** Makes a project that is not there yet, with its repository; gives the folder of that. */
  addProject(options: ProjectOptions): Promise<string>;
  /** A token of a person; without one that is given, theirs, or a new one. */
  addToken(login: string, token?: string): string;
  /** Says what a person may do in a project. */
  setRole(owner: string, name: string, login: string, role: Role): void;
  /** An app installed on an account; gives its id and the private key it signs with, a given one or a new one. */
  addApp(slug: string, account: string, privateKey?: string): { readonly appId: number; readonly privateKey: string };
  addHook(owner: string, name: string, url: string, secret: string): void;
  /** Takes every hook of a project away. */
  dropHooks(owner: string, name: string): void;
}

const events = ["push", "pull_request", "issue_comment", "check_run", "check_suite", "ping"];
const appPermissions = {
  ...({ contents: "write", pull_requests: "write", issues: "write", statuses: "write", checks: "write" } as const),
  ...({ deployments: "write", metadata: "read" } as const),
};

/** The hands that reach into one world. */
export function handsOf(world: World): Hands {
  const { state, nowIso } = world;
  return {
    async addProject({ owner, name, isPrivate = false, roles = {}, defaultBranch = "main", folder }) {
      const key = projectKey({ owner, name });
      const now = nowIso();
      userOf(state, owner);
      for (const login of Object.keys(roles)) userOf(state, login);
      const given = Object.fromEntries(Object.entries(roles).map(([login, role]) => [login.toLowerCase(), role]));
      const before = state.get("projects", key);
      const project = {
        ...(before ?? {
          ...{ id: state.nextId(), owner, name, defaultBranch, isPrivate, createdAt: now, pushedAt: now },
          ...{ nextNumber: 1, roles: { [owner.toLowerCase()]: "admin" as const, ...given } },
        }),
        ...(folder !== undefined && { folder }),
      };
      state.put("projects", key, project);
      return (await world.git(project)).folder;
    },
    addToken(login, given) {
      const { login: name } = userOf(state, login);
      const same = state.all("tokens").find((one) => one.login === name && isPlain(one));
      const token = given ?? same?.token ?? `ghp_${randomBytes(18).toString("hex")}`;
      if (token !== same?.token) state.put("tokens", token, { token, login: name });
      return token;
    },
    setRole(owner, name, login, role) {
      const key = projectKey({ owner, name });
      const project = state.get("projects", key);
      if (project === undefined) throw new Error(`There is no project ${owner}/${name}.`);
      userOf(state, login);
      state.put("projects", key, { ...project, roles: { ...project.roles, [login.toLowerCase()]: role } });
    },
    addApp(slug, account, given) {
      const privateKey = given ?? newKey();
      const same = state.all("apps").find((app) => app.slug === slug && app.owner === account);
      const id = same?.id ?? state.nextId();
      const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
      state.put("apps", id, { id, slug, owner: account, publicKey, permissions: appPermissions });
      if (same === undefined) {
        const installation = state.nextId();
        state.put("installations", installation, { id: installation, app: id, account });
      }
      userOf(state, `${slug}[bot]`);
      return { appId: id, privateKey };
    },
    addHook(owner, name, url, secret) {
      const project = projectKey({ owner, name });
      const same = state.all("hooks").find((hook) => hook.project === project && hook.url === url);
      const id = same?.id ?? state.nextId();
      state.put("hooks", id, { id, project, url, secret, events, createdAt: nowIso() });
    },
    dropHooks(owner, name) {
      const project = projectKey({ owner, name });
      for (const hook of state.all("hooks")) if (hook.project === project) state.drop("hooks", hook.id);
    },
  };
}

/** A person's own token that may do whatever the person may. */
function isPlain({ expiresAt, installation, permissions }: Token): boolean {
  return expiresAt === undefined && installation === undefined && permissions === undefined;
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
