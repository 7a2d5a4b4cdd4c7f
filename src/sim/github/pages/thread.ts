import { type Html, html, type Part } from "../../../markup/html.ts";
import type { GitRepository } from "../git.ts";
import type { Project, Pull, Thread } from "../state.ts";
import { reaches, roleOf, type World } from "../world.ts";
import { type Conversation, conversationOf, conversationPart, person } from "./conversation.ts";
import { diffPart } from "./diff.ts";
import { button } from "./forms.ts";
import { ago, commitLink, type Page, type PageRoom, pathNav, projectPath } from "./layout.ts";
import { hasFailed, isMoving, type Marks, marksOf, marksPart, remarksOf } from "./marks.ts";
import { commitList, differences, forkPoint } from "./source.ts";

/** How long after the last word an answer is still awaited. */
const restlessMs = 20_000;
const commitsShown = 50;

/** The page of an issue. */
export function issuePage(room: PageRoom, project: Project, thread: Thread): Page {
  const { world } = room;
  const conversation = conversationOf(world, thread);
  return {
    title: `${thread.title} #${thread.number}`,
    drawnFrom: [thread, conversation],
    isMoving: isRestless(world, thread, []),
    body: () => html`${pathNav(project)}
${titlePart(thread)}
<p>${stateBadge(thread)} ${person(thread.user)} opened this ${ago(world, thread.createdAt)}</p>
${conversationPart(world, project, thread, conversation, { said: room.said })}
${actionsPart(room, project, thread)}`,
  };
}

/** The page of a pull request: the conversation, what machines say of it, what it changes. */
export async function pullPage(room: PageRoom, project: Project, thread: Thread): Promise<Page> {
  const { world } = room;
  const pull = thread.pull as Pull;
  const conversation = conversationOf(world, thread);
  const head = marksOf(world, project, pull.headCommit);
  const merged =
    pull.mergedAt === undefined || pull.mergeCommit === undefined || pull.mergeCommit === pull.headCommit
      ? undefined
      : marksOf(world, project, pull.mergeCommit);
  return {
    title: `${thread.title} #${thread.number}`,
    drawnFrom: [thread, conversation, head, merged],
    isMoving: isRestless(world, thread, [head, ...(merged === undefined ? [] : [merged])]),
    body: () => pullBody(room, project, thread, { conversation, head, merged }),
  };
}

/** Only the files of a pull request. */
export async function pullFilesPage(room: PageRoom, project: Project, thread: Thread): Promise<Page> {
  const pull = thread.pull as Pull;
  const marks = marksOf(room.world, project, pull.headCommit);
  return {
    title: `Files of #${thread.number}`,
    drawnFrom: [thread, marks],
    body: async () => {
      const git = await room.world.git(project);
      return html`${pathNav(project)}
${titlePart(thread)}
<p>${stateBadge(thread)} ${branches(project, thread)}</p>
${tabs(project, thread)}
${await filesPart(git, project, pull, marks)}`;
    },
  };
}

function isRestless(world: World, thread: Thread, marks: readonly Marks[]): boolean {
  const sinceMs = Date.parse(world.nowIso()) - Date.parse(thread.updatedAt);
  return sinceMs < restlessMs || marks.some(isMoving);
}

interface PullFacts {
  readonly conversation: Conversation;
  readonly head: Marks;
  readonly merged: Marks | undefined;
}

async function pullBody(room: PageRoom, project: Project, thread: Thread, facts: PullFacts): Promise<Html> {
  const { world } = room;
  const pull = thread.pull as Pull;
  const git = await world.git(project);
  const { mergeCommit } = pull;
  const commits = await pullCommits(git, pull);
  const after =
    facts.merged === undefined || mergeCommit === undefined
      ? ""
      : html`<h2>After the merge: ${commitLink(project, mergeCommit)}</h2>${marksPart(world, project, facts.merged)}`;
  return html`${pathNav(project)}
${titlePart(thread)}
<p>${stateBadge(thread)} ${branches(project, thread)}</p>
${tabs(project, thread)}
${after}
<h2>Statuses of ${commitLink(project, pull.headCommit)}</h2>
${marksPart(world, project, facts.head)}
<h2>Conversation</h2>
${conversationPart(world, project, thread, facts.conversation, { said: room.said })}
${mergePart(thread, facts.head)}
${actionsPart(room, project, thread, facts.head)}
<h2>Commits</h2>
<ul>${commits.map(({ id, subject, author }) => html`<li>${commitLink(project, id)} ${subject} <span class="dim">${author}</span></li>`)}</ul>
<h2 id="files">Files changed</h2>
${await filesPart(git, project, pull, facts.head)}`;
}

async function pullCommits(git: GitRepository, { headCommit, baseCommit }: Pull) {
  const from = await forkPoint(git, baseCommit, headCommit);
  return await commitList(git, headCommit, { most: commitsShown, ...(from !== undefined && { without: from }) });
}

async function filesPart(git: GitRepository, project: Project, pull: Pull, marks: Marks): Promise<Html> {
  const from = await forkPoint(git, pull.baseCommit, pull.headCommit);
  const files = await differences(git, from, pull.headCommit);
  return diffPart(project, pull.headCommit, files, remarksOf(marks));
}

function titlePart(thread: Thread): Html {
  return html`<h1>${thread.title} <span class="dim number">#${thread.number}</span></h1>`;
}

/** Whether a thread is open, a draft, merged or closed. */
export function stateBadge({ state, pull }: Thread): Html {
  if (pull?.mergedAt !== undefined) return html`<span class="badge merged">Merged</span>`;
  if (state === "closed") return html`<span class="badge bad">Closed</span>`;
  return pull?.isDraft === true
    ? html`<span class="badge dim">Draft</span>`
    : html`<span class="badge good">Open</span>`;
}

function branches(project: Project, thread: Thread): Html {
  const pull = thread.pull as Pull;
  const verb = pull.mergedAt === undefined ? "wants to merge" : "merged";
  const who = pull.mergedAt === undefined ? thread.user : (pull.mergedBy ?? thread.user);
  const own = `${project.owner}/${project.name}`.toLowerCase();
  const head = pull.headProject === own ? pull.headBranch : `${pull.headProject}:${pull.headBranch}`;
  return html`${person(who)} ${verb} <code class="branch">${head}</code> into <code class="branch">${pull.baseBranch}</code>`;
}

function tabs(project: Project, { number }: Thread): Html {
  const to = (rest: string): string => projectPath(project, `/pull/${number}${rest}`);
  return html`<nav><a href="${to("")}">Conversation</a><a href="${to("/files")}">Files changed</a><a href="${to(".diff")}">Plain diff</a></nav>`;
}

function mergePart({ state, pull }: Thread, marks: Marks): Part {
  if (state === "closed" || pull === undefined) return "";
  if (!pull.isMergeable)
    return html`<p class="box"><span class="bad">✗ Cannot be merged:</span> it conflicts with <code>${pull.baseBranch}</code>. Merge that into the branch and push.</p>`;
  return html`<p class="box"><span class="good">✓ Can be merged</span> into <code>${pull.baseBranch}</code> without conflicts.${pull.isDraft ? " It is still a draft." : ""}${hasFailed(marks) ? html` <span class="bad">✗ But not everything succeeded: look at the statuses above.</span>` : ""}</p>`;
}

/** What the reader may do here. */
function actionsPart({ actsAs }: PageRoom, project: Project, thread: Thread, marks?: Marks): Part {
  if (actsAs === undefined) return "";
  const { pull, number } = thread;
  const role = roleOf(project, actsAs);
  const isOwn = thread.user.toLowerCase() === actsAs.toLowerCase();
  const at = projectPath(project, `/${pull === undefined ? "issues" : "pull"}/${number}`);
  const mayWrite = reaches(role, "write");
  const isOpen = thread.state === "open";
  const isMerged = pull?.mergedAt !== undefined;
  return html`<div class="row"><a class="button" href="${at}/comment">Write a comment</a>
${isOpen && pull?.isMergeable === true && !pull.isDraft && mayWrite ? button(`${at}/merge`, "Merge", { head: pull.headCommit }, marks === undefined || !hasFailed(marks)) : ""}
${isOpen && pull?.isDraft === true && (mayWrite || isOwn) ? button(`${at}/draft`, "Ready for review", { draft: "no" }) : ""}
${isOpen && pull?.isDraft === false && (mayWrite || isOwn) ? button(`${at}/draft`, "Make it a draft", { draft: "yes" }) : ""}
${!isMerged && (reaches(role, "triage") || isOwn) ? button(`${at}/state`, isOpen ? "Close" : "Reopen", { state: isOpen ? "closed" : "open" }) : ""}</div>`;
}
