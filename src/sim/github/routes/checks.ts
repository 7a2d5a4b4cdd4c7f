import { isObject, type JsonObject } from "../../../core/json.ts";
import { notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, objectOf, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import type { CheckRun, Project } from "../state.ts";
import { appView, nodeId } from "../views.ts";
import { projectKey } from "../world.ts";

const mostAnnotations = 50;

/** Check runs with annotations on lines; only apps write them. */
export const checkRoutes: Routes = {
  "POST /repos/{owner}/{repo}/check-runs": async (call) => {
    const project = writable(call);
    const sha = textOf(call.body, "head_sha") ?? "";
    const commit = await (await call.world.git(project)).commit(sha);
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${sha}`);
    const fresh: CheckRun = {
      ...{ id: call.world.state.nextId(), project: projectKey(project), sha: commit.id, name: "", externalId: "" },
      ...{
        status: "queued",
        conclusion: null,
        detailsUrl: null,
        title: null,
        summary: null,
        text: null,
        annotations: [],
      },
      ...{ app: appOf(call), startedAt: call.world.nowIso(), completedAt: null },
    };
    return save(call, project, merged(call, fresh), 201);
  },
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": (call) => {
    const project = writable(call);
    const before = runOf(call, project);
    if (before.app !== appOf(call)) throw new Refusal(403, "Resource not accessible by integration");
    return save(call, project, merged(call, before), 200);
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}": (call) => {
    const project = projectOf(call, "read", "checks");
    return { code: 200, body: checkView(call, project, runOf(call, project)) };
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": (call) => {
    const project = projectOf(call, "read", "checks");
    const run = runOf(call, project);
    const blob = `${call.world.url()}/${project.owner}/${project.name}/blob/${run.sha}`;
    const shown = run.annotations.map((annotation) => ({
      ...{ start_column: null, end_column: null, title: null, raw_details: null, ...annotation },
      blob_href: `${blob}/${String(annotation.path)}`,
    }));
    return pageOf(call, shown, pathOf(call, `/check-runs/${run.id}/annotations`));
  },
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": async (call) => {
    const project = projectOf(call, "read", "checks");
    const commit = await (await call.world.git(project)).commit(call.params.ref ?? "");
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${call.params.ref}`);
    const name = call.query.get("check_name");
    const app = call.query.get("app_id");
    const runs = call.world.state
      .all("checkRuns")
      .filter((run) => run.project === projectKey(project) && run.sha === commit.id)
      .filter((run) => (name === null || run.name === name) && (app === null || String(run.app) === app));
    const views = runs.map((run) => checkView(call, project, run));
    return pageOf(call, views, pathOf(call, `/commits/${commit.id}/check-runs`), (page) => ({
      ...{ total_count: views.length, check_runs: page },
    }));
  },
};

function writable(call: Call): Project {
  const project = projectOf(call, "write", "checks");
  if (call.token?.installation === undefined) throw new Refusal(403, "You must authenticate via a GitHub App.", [], {});
  return project;
}

function appOf(call: Call): number {
  askerOf(call);
  return call.world.state.get("installations", call.token?.installation ?? 0)?.app ?? 0;
}

function runOf(call: Call, project: Project): CheckRun {
  const run = call.world.state.get("checkRuns", call.params.check_run_id ?? "");
  if (run === undefined || run.project !== projectKey(project)) throw notFound();
  return run;
}

/** What the request says over what stood; annotations are added, never replaced. */
function merged(call: Call, run: CheckRun): CheckRun {
  const { body, world } = call;
  const output = objectOf(body, "output");
  const given = Array.isArray(output.annotations) ? output.annotations.filter(isObject) : [];
  if (given.length > mostAnnotations)
    throw new Refusal(
      422,
      `Invalid request.\n\nNo more than ${mostAnnotations} items are allowed; ${given.length} were supplied.`,
    );
  const conclusion = textOf(body, "conclusion") ?? run.conclusion;
  const status = textOf(body, "status") ?? (conclusion === null ? run.status : "completed");
  if (status === "completed" && conclusion === null)
    throw new Refusal(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  return {
    ...run,
    ...{ name: textOf(body, "name") ?? run.name, externalId: textOf(body, "external_id") ?? run.externalId },
    ...{ status, conclusion, detailsUrl: textOf(body, "details_url") ?? run.detailsUrl },
    ...{ title: textOf(output, "title") ?? run.title, summary: textOf(output, "summary") ?? run.summary },
    ...{ text: textOf(output, "text") ?? run.text, annotations: [...run.annotations, ...given] },
    completedAt: status === "completed" ? (textOf(body, "completed_at") ?? run.completedAt ?? world.nowIso()) : null,
  };
}

function save(call: Call, project: Project, run: CheckRun, code: number) {
  call.world.state.put("checkRuns", run.id, run);
  return { code, body: checkView(call, project, run) };
}

function checkView(call: Call, project: Project, run: CheckRun): JsonObject {
  const api = `${call.world.url()}/api/v3${pathOf(call, `/check-runs/${run.id}`)}`;
  const html = `${call.world.url()}/${project.owner}/${project.name}/runs/${run.id}`;
  const slug = call.world.state.get("apps", run.app)?.slug ?? "";
  return {
    ...{ id: run.id, node_id: nodeId("CheckRun", run.id), head_sha: run.sha, external_id: run.externalId, url: api },
    ...{ html_url: html, details_url: run.detailsUrl, status: run.status, conclusion: run.conclusion, name: run.name },
    ...{ started_at: run.startedAt, completed_at: run.completedAt, check_suite: null, pull_requests: [] },
    output: {
      ...{ title: run.title, summary: run.summary, text: run.text, annotations_count: run.annotations.length },
      annotations_url: `${api}/annotations`,
    },
    app: appView(call.world, slug),
  };
}
