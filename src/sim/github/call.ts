import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { type Answer, notFound, Refusal } from "./answer.ts";
import type { AppRecord, Project, Role, Token } from "./state.ts";
import { projectKey, reaches, roleOf, tokenAllows, type World } from "./world.ts";

/** One understood request. */
export interface Call {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Who asks; undefined for nobody. */
  readonly token: Token | undefined;
  /** The app that signed the request itself; undefined for a token. */
  readonly app: AppRecord | undefined;
}

/** What answers one operation. */
export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Handlers by operation, as `METHOD path`. */
export type Routes = Readonly<Record<string, Handler>>;

/** The project that is asked about, when the asker may do this there. Not to know of it and not to find it look the same. */
export function projectOf(call: Call, wanted: Role = "read", area: string = "metadata"): Project {
  const { world, params, token } = call;
  const project = world.state.get("projects", projectKey({ owner: params.owner ?? "", name: params.repo ?? "" }));
  if (project === undefined) throw notFound();
  const role = token === undefined ? roleOf(project, "") : roleForToken(world, project, token);
  if (role === undefined) throw notFound();
  const isWrite = wanted !== "read";
  const allowed = token === undefined ? !isWrite : tokenAllows(token, area, isWrite ? "write" : "read");
  if (!reaches(role, wanted) || !allowed) {
    throw token?.installation === undefined
      ? new Refusal(403, "Resource not accessible by personal access token", [], {
          "x-accepted-github-permissions": `${area}=write`,
        })
      : new Refusal(403, "Resource not accessible by integration", [], {
          "x-accepted-github-permissions": `${area}=write`,
        });
  }
  return project;
}

/** An installation reaches the projects of its account, as far as its permissions go. */
function roleForToken(world: World, project: Project, token: Token): Role | undefined {
  if (token.installation === undefined) return roleOf(project, token.login);
  const installation = world.state.get("installations", token.installation);
  return installation?.account.toLowerCase() === project.owner.toLowerCase() ? "write" : roleOf(project, token.login);
}

/** Who asks. Refuses nobody with 401. */
export function askerOf({ token }: Call): string {
  if (token === undefined) throw new Refusal(401, "Requires authentication");
  return token.login;
}

/** One page of a list, with GitHub's links to the others. */
export function pageOf(
  call: Call,
  items: readonly Json[],
  path: string,
  wrap?: (page: readonly Json[]) => Json,
): Answer {
  const perPage = Math.min(100, Math.max(1, Number(call.query.get("per_page") ?? 30) || 30));
  const page = Math.max(1, Number(call.query.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const linkTo = (number: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(number));
    return `<${call.world.url()}/api/v3${path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(page - 1, "prev"), linkTo(1, "first")] : []),
    ...(page < last ? [linkTo(page + 1, "next"), linkTo(last, "last")] : []),
  ];
  return {
    code: 200,
    body: wrap === undefined ? shown : wrap(shown),
    ...(links.length > 0 && { headers: { link: links.join(", ") } }),
  };
}

/** A text of the body; undefined when it is absent or null. */
export function textOf(body: JsonObject, field: string): string | undefined {
  return typeof body[field] === "string" ? body[field] : undefined;
}

/** The path of a call below the API, for links. */
export function pathOf({ params }: Call, rest: string): string {
  return `/repos/${params.owner}/${params.repo}${rest}`;
}

/** An object of the body; empty when it is none. */
export function objectOf(body: JsonObject, field: string): JsonObject {
  return isObject(body[field]) ? body[field] : {};
}
