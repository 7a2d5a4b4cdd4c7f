import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";
import { setDraft } from "./merging.ts";
import { commentView } from "./views.ts";
import { reaches, roleOf } from "./world.ts";

const classifiers = ["SPAM", "ABUSE", "OFF_TOPIC", "OUTDATED", "DUPLICATE", "RESOLVED", "LOW_QUALITY"];

/** The GraphQL that clients of reviews use: fold a comment away, open it again, make a draft ready, say who asks. Anything else is told to be unknown. */
export async function answerGraphql(call: Call): Promise<Answer> {
  const query = String(call.body.query ?? "");
  const variables = isObject(call.body.variables) ? call.body.variables : {};
  if (call.token === undefined)
    return { code: 401, body: { message: "This endpoint requires you to be authenticated." } };
  if (/\bminimizeComment\b/.test(query) && !/\bunminimizeComment\b/.test(query))
    return minimize(call, query, variables, true);
  if (/\bunminimizeComment\b/.test(query)) return minimize(call, query, variables, false);
  const draft = /\b(convertPullRequestToDraft|markPullRequestReadyForReview)\b/.exec(query)?.[1];
  if (draft !== undefined) return await changeDraft(call, query, variables, draft);
  if (/\bviewer\b[^}]*\blogin\b/.test(query))
    return { code: 200, body: { data: { viewer: { login: call.token.login } } } };
  return refused("undefinedField", "This field is not served here");
}

async function changeDraft(call: Call, query: string, variables: JsonObject, name: string): Promise<Answer> {
  const input = isObject(variables.input) ? variables.input : variables;
  const written = /pullRequestId:\s*"([^"]+)"/.exec(query)?.[1];
  const subject = String(input.pullRequestId ?? variables.id ?? written ?? "");
  const [kind, id] = Buffer.from(subject, "base64url").toString().split(":");
  const thread = call.world.state.all("threads").find((one) => kind === "PullRequest" && String(one.id) === id);
  const project = thread && call.world.state.get("projects", thread.project);
  if (thread?.pull === undefined || project === undefined)
    return refused("NOT_FOUND", `Could not resolve to a node with the global id of '${subject}'`);
  const login = call.token?.login ?? "";
  if (thread.user !== login && !reaches(roleOf(project, login), "write"))
    return refused("FORBIDDEN", "Resource not accessible by integration");
  const { pull } = await setDraft(call.world, project, thread, name === "convertPullRequestToDraft");
  const pullRequest = { id: subject, number: thread.number, isDraft: pull?.isDraft === true };
  return { code: 200, body: { data: { [name]: { clientMutationId: null, pullRequest } } } };
}

function minimize(call: Call, query: string, variables: JsonObject, isFolded: boolean): Answer {
  const input = isObject(variables.input) ? variables.input : variables;
  const given = (name: string, pattern: RegExp): string => String(input[name] ?? pattern.exec(query)?.[1] ?? "");
  const subject = given("subjectId", /subjectId:\s*"([^"]+)"/) || String(variables.id ?? "");
  const classifier = given("classifier", /classifier:\s*([A-Z_]+)/);
  const [kind, id] = Buffer.from(subject, "base64url").toString().split(":");
  const comment = kind === "IssueComment" ? call.world.state.get("comments", id ?? "") : undefined;
  if (comment === undefined)
    return refused("NOT_FOUND", `Could not resolve to a node with the global id of '${subject}'`);
  const project = call.world.state.get("projects", comment.project);
  const login = call.token?.login ?? "";
  const mayFold = comment.user === login || (project !== undefined && reaches(roleOf(project, login), "write"));
  if (!mayFold || project === undefined) return refused("FORBIDDEN", "Resource not accessible by integration");
  if (isFolded && !classifiers.includes(classifier))
    return refused("argumentLiteralsIncompatible", `Expected type 'ReportedContentClassifiers!'`);
  const { minimized: _before, ...rest } = comment;
  const next = isFolded ? { ...rest, minimized: classifier.toLowerCase() } : rest;
  call.world.state.put("comments", comment.id, next);
  const body = { isMinimized: isFolded, minimizedReason: isFolded ? classifier.toLowerCase() : null };
  const view = { id: String(commentView(call.world, project, next).node_id), ...body };
  const name = isFolded ? "minimizeComment" : "unminimizeComment";
  return {
    code: 200,
    body: { data: { [name]: { clientMutationId: null, minimizedComment: view, unminimizedComment: view } } },
  };
}

function refused(type: string, message: string): Answer {
  return { code: 200, body: { data: null, errors: [{ type, message }] } };
}
