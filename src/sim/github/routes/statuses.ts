import type { JsonObject } from "../../../core/json.ts";
import { invalid, Refusal } from "../answer.ts";
import { askerOf, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import type { Status } from "../state.ts";
import { projectView, statusView } from "../views.ts";
import { projectKey, type World } from "../world.ts";

const mostPerContext = 1_000;

/** Marks on commits. */
export const statusRoutes: Routes = {
  "POST /repos/{owner}/{repo}/statuses/{sha}": async (call) => {
    const project = projectOf(call, "write", "statuses");
    const commit = await (await call.world.git(project)).commit(call.params.sha ?? "");
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${call.params.sha}`);
    const description = textOf(call.body, "description") ?? null;
    if (description !== null && [...description].length > 140)
      throw invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)");
    if (description !== null && /[\u{10000}-\u{10ffff}]/u.test(description))
      throw new Refusal(422, "description doesn't accept 4-byte Unicode");
    const context = textOf(call.body, "context") ?? "default";
    const before = statusesOf(call.world, projectKey(project), commit.id);
    if (before.filter((one) => one.context.toLowerCase() === context.toLowerCase()).length >= mostPerContext)
      throw new Refusal(422, "Validation Failed", [
        {
          ...{ resource: "Status", code: "custom" },
          message: "This SHA and context has reached the maximum number of statuses.",
        },
      ]);
    const status: Status = {
      ...{ id: call.world.state.nextId(), project: projectKey(project), sha: commit.id, context, description },
      ...{ state: textOf(call.body, "state") ?? "", targetUrl: textOf(call.body, "target_url") ?? null },
      ...{ user: askerOf(call), createdAt: call.world.nowIso() },
    };
    call.world.state.put("statuses", status.id, status);
    return { code: 201, body: statusView(call.world, project, status) };
  },

  "GET /repos/{owner}/{repo}/commits/{ref}/statuses": async (call) => {
    const project = projectOf(call);
    const commit = await (await call.world.git(project)).commit(call.params.ref ?? "");
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${call.params.ref}`);
    const all = statusesOf(call.world, projectKey(project), commit.id);
    return pageOf(
      call,
      all.map((status) => statusView(call.world, project, status)),
      pathOf(call, `/commits/${commit.id}/statuses`),
    );
  },

  "GET /repos/{owner}/{repo}/commits/{ref}/status": async (call) => {
    const project = projectOf(call);
    const commit = await (await call.world.git(project)).commit(call.params.ref ?? "");
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${call.params.ref}`);
    const statuses = newestStatuses(call.world, projectKey(project), commit.id);
    const api = `${call.world.url()}/api/v3${pathOf(call, `/commits/${commit.id}`)}`;
    return pageOf(
      call,
      statuses.map((status) => statusView(call.world, project, status)),
      pathOf(call, `/commits/${commit.id}/status`),
      (page): JsonObject => ({
        ...{ state: combined(statuses), statuses: page, sha: commit.id, total_count: statuses.length },
        ...{ repository: projectView(call.world, project), commit_url: api, url: `${api}/status` },
      }),
    );
  },
};

/** Newest first. */
function statusesOf(world: World, project: string, sha: string): readonly Status[] {
  const all = world.state.all("statuses").filter((status) => status.project === project && status.sha === sha);
  return all.sort((left, right) => right.id - left.id);
}

/** The newest status of each context. */
export function newestStatuses(world: World, project: string, sha: string): readonly Status[] {
  const newest = new Map<string, Status>();
  for (const status of statusesOf(world, project, sha))
    if (!newest.has(status.context.toLowerCase())) newest.set(status.context.toLowerCase(), status);
  return [...newest.values()];
}

/** What the newest statuses of a commit say together. */
export function combined(statuses: readonly Status[]): string {
  if (statuses.some(({ state }) => state === "failure" || state === "error")) return "failure";
  return statuses.length > 0 && statuses.every(({ state }) => state === "success") ? "success" : "pending";
}
