import type { Json } from "../../core/json.ts";
import { ForgeError, type Permission, type Reaction, type Remark } from "../forge.ts";
import { type Desk, isBy } from "./desk.ts";
import { idAt, numberAt, textAt } from "./wire.ts";

const maxPages = 30;
/** Both times of a new comment are the same; nobody edits within this long of writing. */
const clockSlackMs = 1_000;
const contents: Readonly<Record<Reaction, string>> = { seen: "eyes", done: "rocket", refused: "-1" };

/** What was written in every conversation since a moment, oldest first. What was only edited since then is left out. */
export async function remarksSince(desk: Desk, sinceIso: string, signal: AbortSignal): Promise<readonly Remark[]> {
  const call = {
    route: "GET /repos/{owner}/{repo}/issues/comments",
    with: { sort: "updated", direction: "asc", since: sinceIso },
    doing: "Read the newest comments",
    needs: "issues: read, pull requests: read",
  };
  const login = await desk.login(signal);
  const found = await desk.client.list(call, maxPages, signal);
  const sinceMs = Date.parse(sinceIso);
  const remarks = new Map(found.map((item) => [idAt(item, "id"), remarkOf(item, login)]));
  return [...remarks.values()]
    .filter(({ writtenAt }) => !(Date.parse(writtenAt) < sinceMs))
    .sort(
      (left, right) => Date.parse(left.writtenAt) - Date.parse(right.writtenAt) || Number(left.id) - Number(right.id),
    );
}

function remarkOf(item: Json, login: string): Remark {
  const author = textAt(item, "user", "login");
  const isProgram = textAt(item, "user", "type") !== "User" || textAt(item, "performed_via_github_app", "slug") !== "";
  return {
    id: idAt(item, "id"),
    thread: Number(/\/(\d+)$/.exec(textAt(item, "issue_url"))?.[1] ?? 0),
    isPullRequest: /\/pull\/\d+/.test(textAt(item, "html_url")),
    author,
    isByBot: isProgram || author === "" || isBy(login, item),
    isEdited: Date.parse(textAt(item, "updated_at")) - Date.parse(textAt(item, "created_at")) > clockSlackMs,
    body: textAt(item, "body"),
    writtenAt: textAt(item, "created_at"),
  };
}

/** Answers a remark at a glance. `seen` makes room for the result. */
export async function reactTo(desk: Desk, remark: Remark, reaction: Reaction, signal: AbortSignal): Promise<void> {
  const route = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
  const about = { doing: `React to comment ${remark.id}`, needs: "issues: write, pull requests: write" };
  const content = contents[reaction];
  // Repeating a reaction gives the one that stands there.
  await desk.client.call({ route, with: { comment_id: remark.id, content }, ...about, kind: "write" }, signal);
  if (reaction === "seen") return;
  const login = await desk.login(signal);
  const list = {
    route: route.replace("POST", "GET"),
    with: { comment_id: remark.id, content: contents.seen },
    ...about,
  };
  const seen = (await desk.client.list(list, 5, signal)).filter(
    (item) => isBy(login, item) && textAt(item, "content") === contents.seen,
  );
  for (const item of seen) {
    const removal = {
      route: "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}",
      with: { comment_id: remark.id, reaction_id: numberAt(item, "id") },
    };
    await orGone(desk.client.call({ ...removal, ...about, kind: "write" }, signal));
  }
}

async function orGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== "not-found") throw error;
  }
}

/** What somebody may do, as GitHub says it now; who is not known may do nothing. */
export async function permissionOf(desk: Desk, user: string, signal: AbortSignal): Promise<Permission> {
  // A name that cannot exist is not asked for.
  if (!/^[a-z\d](?:[a-z\d-]{0,62})$/i.test(user)) return "none";
  const call = {
    route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
    with: { username: user },
    doing: `Ask what ${user} may do`,
    needs: "metadata: read",
  };
  const found = await desk.client.find(call, signal);
  if (textAt(found?.data, "user", "login").toLowerCase() !== user.toLowerCase()) return "none";
  const said = textAt(found?.data, "permission");
  return said === "admin" || said === "write" || said === "read" ? said : "none";
}
