import type { IncomingMessage, ServerResponse } from "node:http";
import { accessOf } from "./access.ts";
import { Refusal } from "./answer.ts";
import { GitError } from "./git.ts";
import { afterPush } from "./pulls.ts";
import { serveGit } from "./smart-http.ts";
import { projectKey, reaches, roleOf, type World } from "./world.ts";

/** How repositories are served. */
export interface RepositoryOptions {
  /** Search path for the git program. */
  readonly searchPath: string;
  /** Whoever pushes without a password is this person. */
  readonly pushesAs?: string;
}

/** One request of Git's, whole. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly raw: Buffer;
}

/** Clone, fetch and push, for those who may. A push has its consequences before it is answered. */
export async function serveRepository(
  world: World,
  options: RepositoryOptions,
  { request, response, raw }: Exchange,
  { owner, name, isPush }: { readonly owner: string; readonly name: string; readonly isPush: boolean },
): Promise<void> {
  const ask = (): void => void response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"' }).end();
  const project = world.state.get("projects", projectKey({ owner, name }));
  let login = isPush ? (options.pushesAs ?? "") : "";
  let isOurs = false;
  try {
    const { token } = accessOf(world.state, request.headers, world.nowIso());
    login = token?.login ?? login;
    const installation = world.state.get("installations", token?.installation ?? 0);
    isOurs = installation?.account.toLowerCase() === owner.toLowerCase();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return ask();
  }
  if (project === undefined)
    return void response.writeHead(login === "" ? 401 : 404, { "www-authenticate": 'Basic realm="GitHub"' }).end();
  if (!isOurs && !reaches(roleOf(project, login), isPush ? "write" : "read")) {
    if (login === "" || request.headers.authorization === undefined) return ask();
    return void response
      .writeHead(isPush && roleOf(project, login) !== undefined ? 403 : 404)
      .end("Permission denied.\n");
  }
  const git = await world.git(project);
  const moves = request.method === "POST" && isPush;
  try {
    await serveGit(options.searchPath, git.folder, request, response, raw, login || "reader", async () => {
      if (moves) await afterPush(world, project, login);
    });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    response.writeHead(503, { "content-type": "text/plain" }).end(`${error.message}\n`);
  }
}
