import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** A simulated GitHub as somebody reaches it who sits in front of it. */
export interface GithubDesk {
  readonly url: string;
  /** `owner/name` of the project that is meant. */
  readonly project: string;
  readonly token: string;
}

/** A pull request as the list shows it. */
export interface PullRow {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly state: string;
  /** What stands on its head, for example `check success, plan pending`. */
  readonly marks: string;
}

const timeoutMs = 10_000;

/** Sits down at a simulated GitHub as its person. Without a project it must hold exactly one. */
export async function openGithubDesk(url: string, project: string | undefined): Promise<GithubDesk> {
  const state = objectOf(await call(url, "GET", "/_control/state"));
  const projects = Array.isArray(state.projects) ? state.projects.map(String) : [];
  const login = typeof state.person === "string" ? state.person : "you";
  const { token } = objectOf(await call(url, "POST", "/_control/tokens", { login }));
  const [only, second] = projects;
  if (project === undefined && second !== undefined)
    throw new Error(`There are several projects; say which with --project: ${projects.join(", ")}.`);
  return { url, project: project ?? only ?? "", token: String(token) };
}

/** All pull requests of the project, the newest first. */
export async function listPulls(desk: GithubDesk): Promise<readonly PullRow[]> {
  const pulls = await api(desk, "GET", "/pulls?state=all&per_page=100");
  const rows: PullRow[] = [];
  for (const pull of listOf(pulls)) {
    const head = objectOf(pull.head);
    const merged = pull.merged_at === null ? "" : "merged";
    const state = merged || (pull.draft === true ? "draft" : String(pull.state));
    const marks = await marksOf(desk, String(head.sha));
    const said = marks.map(({ context, state: mark }) => `${context.replace(/^plumbline\//, "")} ${mark}`).join(", ");
    rows.push({ number: Number(pull.number), title: String(pull.title), branch: String(head.ref), state, marks: said });
  }
  return rows;
}

/** A pull request or an issue with everything that was said in it, as Markdown. */
export async function showThread(desk: GithubDesk, number: string): Promise<string> {
  const issue = objectOf(await api(desk, "GET", `/issues/${number}`).catch(() => undefined));
  if (issue.number === undefined) throw new Error(`${desk.project} has no pull request or issue ${number}.`);
  const comments = listOf(await api(desk, "GET", `/issues/${number}/comments?per_page=100`));
  const lines = [`# ${issue.title} #${number}`, "", `${issue.state}, by ${objectOf(issue.user).login}`];
  if (issue.pull_request !== undefined) {
    const pull = objectOf(await api(desk, "GET", `/pulls/${number}`));
    for (const { context, state, description } of await marksOf(desk, String(objectOf(pull.head).sha)))
      lines.push(`- ${context}: ${state}. ${description}`);
  }
  if (typeof issue.body === "string" && issue.body !== "") lines.push("", issue.body);
  for (const comment of comments)
    lines.push("", `## ${objectOf(comment.user).login}, ${comment.updated_at}`, "", String(comment.body));
  return lines.join("\n");
}

/** Says something in a pull request or an issue. */
export async function addComment(desk: GithubDesk, number: string, body: string): Promise<void> {
  await api(desk, "POST", `/issues/${number}/comments`, { body });
}

/** Merges a pull request. */
export async function mergePull(desk: GithubDesk, number: string): Promise<void> {
  await api(desk, "PUT", `/pulls/${number}/merge`, {});
}

/** Closes a pull request, or opens it again. */
export async function setPullState(desk: GithubDesk, number: string, state: "open" | "closed"): Promise<void> {
  await api(desk, "PATCH", `/pulls/${number}`, { state });
}

/** What people do on GitHub's own pages: `projects`, `tokens`, `roles`, `apps`, `hooks`. */
export async function control(
  url: string,
  what: "projects" | "tokens" | "roles" | "apps" | "hooks",
  body: JsonObject,
): Promise<JsonObject> {
  return objectOf(await call(url, "POST", `/_control/${what}`, body));
}

interface MarkRow {
  readonly context: string;
  readonly state: string;
  readonly description: string;
}

/** The newest status of each context. */
async function marksOf(desk: GithubDesk, commit: string): Promise<readonly MarkRow[]> {
  const { statuses } = objectOf(await api(desk, "GET", `/commits/${commit}/status`));
  return listOf(statuses ?? []).map(({ context, state, description }) => ({
    context: String(context),
    state: String(state),
    description: typeof description === "string" ? description : "",
  }));
}

async function api({ url, project, token }: GithubDesk, method: string, path: string, body?: JsonObject) {
  if (project === "")
    throw new Error("There is no project yet: plumbline sim github add-project OWNER/NAME makes one.");
  return await call(url, method, `/api/v3/repos/${project}${path}`, body, { authorization: `Bearer ${token}` });
}

async function call(
  url: string,
  method: string,
  path: string,
  body?: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<Json> {
  const response = await fetch(`${url.replace(/\/+$/, "")}${path}`, {
    method,
    headers: { "user-agent": "plumbline-sim", ...headers },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === "" ? {} : (JSON.parse(text) as Json);
  if (!response.ok) throw new Error(`GitHub answered ${response.status}: ${objectOf(answer).message ?? text}`);
  return answer;
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: Json): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
