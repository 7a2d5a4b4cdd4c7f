import type { JsonObject } from "../../../core/json.ts";
import { invalid, notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import type { DeploymentRecord, Project } from "../state.ts";
import { apiUrl, nodeId, userView } from "../views.ts";
import { projectKey } from "../world.ts";
import { newestStatuses } from "./statuses.ts";

/** Deployments and how far they came. */
export const deploymentRoutes: Routes = {
  "GET /repos/{owner}/{repo}/deployments": (call) => {
    const project = projectOf(call, "read", "deployments");
    const wanted = {
      sha: call.query.get("sha"),
      environment: call.query.get("environment"),
      task: call.query.get("task"),
    };
    const found = records(call, project).filter(
      (one) =>
        one.deployment === undefined &&
        (wanted.sha === null || one.sha === wanted.sha) &&
        (wanted.environment === null || one.environment === wanted.environment) &&
        (wanted.task === null || one.task === wanted.task),
    );
    return pageOf(
      call,
      found.map((one) => deploymentView(call, project, one)),
      pathOf(call, "/deployments"),
    );
  },
  "POST /repos/{owner}/{repo}/deployments": async (call) => {
    const project = projectOf(call, "write", "deployments");
    const ref = textOf(call.body, "ref") ?? "";
    const git = await call.world.git(project);
    const commit = (await git.commit(`refs/heads/${ref}`)) ?? (await git.commit(ref));
    if (commit === undefined) throw new Refusal(422, `No ref found for: ${ref}`);
    if (call.body.auto_merge !== false) {
      const { defaultBranch } = project;
      const base = await git.commit(`refs/heads/${defaultBranch}`);
      const isCurrent = base === undefined || commit.id === ref || (await git.isAncestor(base.id, commit.id));
      if (!isCurrent) throw new Refusal(409, `Conflict merging ${defaultBranch} into ${ref}.`);
    }
    if (awaited(call, project, commit.id)) {
      throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`);
    }
    const record: DeploymentRecord = {
      ...{ id: call.world.state.nextId(), project: projectKey(project), sha: commit.id, ref },
      ...{ environment: textOf(call.body, "environment") ?? "production", task: textOf(call.body, "task") ?? "deploy" },
      ...{ user: askerOf(call), createdAt: call.world.nowIso(), description: textOf(call.body, "description") ?? null },
    };
    call.world.state.put("deployments", record.id, record);
    return { code: 201, body: deploymentView(call, project, record) };
  },
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": (call) => {
    const project = projectOf(call, "read", "deployments");
    const { id } = deploymentOf(call, project);
    const found = records(call, project).filter(({ deployment }) => deployment === id);
    return pageOf(
      call,
      found.map((one) => statusView(call, project, one)),
      pathOf(call, `/deployments/${id}/statuses`),
    );
  },
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": (call) => {
    const project = projectOf(call, "write", "deployments");
    const deployment = deploymentOf(call, project);
    const description = textOf(call.body, "description") ?? "";
    if ([...description].length > 140)
      throw invalid("DeploymentStatus", "description", "custom", "description is too long (maximum is 140 characters)");
    const record: DeploymentRecord = {
      ...deployment,
      ...{ id: call.world.state.nextId(), deployment: deployment.id, createdAt: call.world.nowIso(), description },
      ...{ state: textOf(call.body, "state") ?? "", user: askerOf(call) },
      targetUrl: textOf(call.body, "log_url") ?? textOf(call.body, "target_url") ?? "",
    };
    call.world.state.put("deployments", record.id, record);
    return { code: 201, body: statusView(call, project, record) };
  },
};

/** Whether a status that the deployment waits for is not there or not good; without a word it waits for all there are. */
function awaited(call: Call, project: Project, sha: string): boolean {
  const statuses = newestStatuses(call.world, projectKey(project), sha);
  const { required_contexts: required } = call.body;
  if (!Array.isArray(required)) return statuses.some(({ state }) => state !== "success");
  const good = statuses.filter(({ state }) => state === "success").map(({ context }) => context);
  return required.some((context) => !good.includes(String(context)));
}

/** Newest first. */
function records(call: Call, project: Project): readonly DeploymentRecord[] {
  const key = projectKey(project);
  const own = call.world.state.all("deployments").filter((record) => record.project === key);
  return own.sort((left, right) => right.id - left.id);
}

function deploymentOf(call: Call, project: Project): DeploymentRecord {
  const found = call.world.state.get("deployments", call.params.deployment_id ?? "");
  if (found === undefined || found.deployment !== undefined || found.project !== projectKey(project)) throw notFound();
  return found;
}

function deploymentView({ world }: Call, project: Project, record: DeploymentRecord): JsonObject {
  const api = `${apiUrl(world, project)}/deployments/${record.id}`;
  return {
    ...{ url: api, id: record.id, node_id: nodeId("Deployment", record.id), sha: record.sha, ref: record.ref },
    ...{ task: record.task, payload: {}, original_environment: record.environment, environment: record.environment },
    ...{ description: record.description, creator: userView(world, record.user), created_at: record.createdAt },
    ...{ updated_at: record.createdAt, statuses_url: `${api}/statuses`, repository_url: apiUrl(world, project) },
    ...{ transient_environment: false, production_environment: false, performed_via_github_app: null },
  };
}

function statusView({ world }: Call, project: Project, record: DeploymentRecord): JsonObject {
  const deployment = `${apiUrl(world, project)}/deployments/${record.deployment}`;
  return {
    ...{ url: `${deployment}/statuses/${record.id}`, id: record.id, node_id: nodeId("DeploymentStatus", record.id) },
    ...{ state: record.state ?? "", creator: userView(world, record.user), description: record.description ?? "" },
    ...{
      environment: record.environment,
      target_url: record.targetUrl || world.url(),
      log_url: record.targetUrl || world.url(),
    },
    ...{ created_at: record.createdAt, updated_at: record.createdAt, deployment_url: deployment },
    ...{ repository_url: apiUrl(world, project), performed_via_github_app: null },
  };
}
