import type { IncomingMessage } from "node:http";
import { escaped, type Html, html, trusted } from "../../../markup/html.ts";
import { Refusal } from "../answer.ts";
import { mergePull } from "../merging.ts";
import { pullDelivery } from "../payloads.ts";
import { closePull, openPull, reopenPull } from "../pulls.ts";
import { addComment } from "../routes/issues.ts";
import type { Project, Pull, Role, Thread } from "../state.ts";
import { projectKey, reaches, roleOf, threadKey, threadsOf, type World } from "../world.ts";
import { type PageRoom, projectPath } from "./layout.ts";

const maxFormBytes = 512 * 1024;
const longestBody = 65_536;

/** A form of one button. */
export function button(
  action: string,
  text: string,
  fields: Readonly<Record<string, string>>,
  isMain: boolean = false,
): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${trusted(escaped(value))}">`,
  );
  return html`<form method="post" action="${action}">${hidden}<button${isMain ? html` class="main"` : ""}>${text}</button></form>`;
}

/** Lets a form through only when this site's own page sent it: browsers say where a form comes from, and no other site can say ours. */
export function checkSender({ headers }: IncomingMessage, ownUrl: string): void {
  const own = new URL(ownUrl);
  const hosts = [own.host, `localhost:${own.port}`];
  const site = headers["sec-fetch-site"];
  const isOurs =
    hosts.includes(headers.host ?? "") &&
    headers.origin === `http://${headers.host}` &&
    (site === undefined || site === "same-origin");
  if (!isOurs) throw new Refusal(403, "The form was not sent by a page of this site.");
}

/** The fields of a form as they were sent. */
export function formOf(request: IncomingMessage, raw: Buffer): URLSearchParams {
  if (raw.length > maxFormBytes) throw new Refusal(413, "The form is too large.");
  if (!(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded"))
    throw new Refusal(415, "Forms are sent URL-encoded.");
  return new URLSearchParams(raw.toString());
}

interface Deed {
  readonly room: PageRoom;
  readonly actor: string;
  readonly project: Project;
  readonly thread: Thread;
  readonly form: URLSearchParams;
}

/** What a form asks for, by the last word of its address; gives where the reader is led. */
export async function carryOut(
  room: PageRoom,
  project: Project,
  thread: Thread | undefined,
  what: string,
  form: URLSearchParams,
): Promise<string> {
  const { actsAs } = room;
  if (actsAs === undefined) throw new Refusal(403, "Nobody may change anything here: the pages are read only.");
  if (thread === undefined) return await propose(room, project, form);
  const deed: Deed = { room, actor: actsAs, project, thread, form };
  const at = projectPath(project, `/${thread.pull === undefined ? "issues" : "pull"}/${thread.number}`);
  switch (what) {
    case "comment":
      return `${at}?said=${comment(deed)}`;
    case "merge":
      await merge(deed);
      return at;
    case "state":
      await setState(deed);
      return at;
    case "draft":
      setDraft(deed);
      return at;
    default:
      throw new Refusal(404, "There is no such form.");
  }
}

function need({ actor, project, thread }: Deed, role: Role, ownIsEnough: boolean): void {
  const isOwn = ownIsEnough && thread.user.toLowerCase() === actor.toLowerCase();
  if (!isOwn && !reaches(roleOf(project, actor), role))
    throw new Refusal(403, `${actor} needs the role ${role} in ${project.owner}/${project.name} for this.`);
}

function comment(deed: Deed): number {
  const body = deed.form.get("body") ?? "";
  need(deed, "read", false);
  if (body.trim() === "") throw new Refusal(422, "A comment needs words.");
  if ([...body].length > longestBody) throw new Refusal(422, `A comment has at most ${longestBody} characters.`);
  return addComment(deed.room.world, deed.project, deed.thread, deed.actor, body).id;
}

async function merge(deed: Deed): Promise<void> {
  const { room, project, thread, actor, form } = deed;
  need(deed, "write", false);
  if (thread.pull === undefined) throw new Refusal(404, "Issues are not merged.");
  if (form.get("head") !== thread.pull.headCommit)
    throw new Refusal(409, "The branch has moved since the page was shown. Look again, then merge.");
  if (thread.pull.isDraft) throw new Refusal(405, "It is a draft. Say that it is ready for review first.");
  const merged = await mergePull(room.world, project, thread, { user: actor, message: "", method: "merge" });
  if (merged === undefined) throw new Refusal(405, "It cannot be merged: it is closed, or conflicts with its base.");
}

async function setState(deed: Deed): Promise<void> {
  const { room, project, thread, form } = deed;
  const { world } = room;
  need(deed, "triage", true);
  const state = form.get("state") === "closed" ? "closed" : "open";
  if (thread.state === state) return;
  if (thread.pull?.mergedAt !== undefined) throw new Refusal(422, "It is merged and stays so.");
  if (thread.pull !== undefined) {
    if (state === "closed") await closePull(world, project, thread);
    else await reopenPull(world, project, thread);
    return;
  }
  const { closedAt: _before, ...rest } = thread;
  const now = world.nowIso();
  const next: Thread = { ...rest, state, updatedAt: now, ...(state === "closed" && { closedAt: now }) };
  world.state.put("threads", threadKey(next.project, next.number), next);
}

function setDraft(deed: Deed): void {
  const { room, project, thread, form } = deed;
  const { world } = room;
  need(deed, "write", true);
  const isDraft = form.get("draft") === "yes";
  if (thread.pull === undefined || thread.state === "closed" || thread.pull.isDraft === isDraft) return;
  const next: Thread = { ...thread, updatedAt: world.nowIso(), pull: { ...thread.pull, isDraft } };
  world.state.put("threads", threadKey(next.project, next.number), next);
  const action = isDraft ? "converted_to_draft" : "ready_for_review";
  const name = isDraft ? "pull-request-converted-to-draft" : "pull-request-ready-for-review";
  world.deliver(project, "pull_request", name, async () => await pullDelivery(world, project, next, action));
}

/** Opens a pull request for a branch that has none; gives where that is. */
async function propose(room: PageRoom, project: Project, form: URLSearchParams): Promise<string> {
  const { world, actsAs } = room;
  const headBranch = form.get("branch") ?? "";
  if (actsAs === undefined || !reaches(roleOf(project, actsAs), "write"))
    throw new Refusal(403, "Only those who may write open pull requests here.");
  const git = await world.git(project);
  const head = await git.commit(`refs/heads/${headBranch}`);
  if (head === undefined || headBranch === project.defaultBranch) throw new Refusal(422, "There is no such branch.");
  if (await git.isAncestor(head.id, `refs/heads/${project.defaultBranch}`))
    throw new Refusal(422, `${headBranch} has nothing that ${project.defaultBranch} has not.`);
  const same = openPullOf(world, project, headBranch);
  const [title = headBranch, ...rest] = head.message.split("\n");
  const thread =
    same ??
    (await openPull(world, project, {
      ...{ title: title.slice(0, 250), body: rest.join("\n").trim(), user: actsAs, headBranch, headCommit: head.id },
      baseBranch: project.defaultBranch,
    }));
  return projectPath(project, `/pull/${thread.number}`);
}

/** The open pull request of a branch. */
export function openPullOf(world: World, project: Project, branch: string): Thread | undefined {
  const key = projectKey(project);
  const isOf = (pull: Pull | undefined): boolean => pull?.headBranch === branch && pull.headProject === key;
  return threadsOf(world.state, key).find(({ state, pull }) => state === "open" && isOf(pull));
}
