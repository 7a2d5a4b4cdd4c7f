import { html } from "../../../markup/html.ts";
import { toned } from "../../../markup/look.ts";
import type { GitCommit } from "../git.ts";
import type { CheckRun, Project } from "../state.ts";
import { diffPart } from "./diff.ts";
import { addressOf, ago, commitLink, type Page, type PageRoom, pathNav, projectPath } from "./layout.ts";
import { checkPart, isMoving, marksOf, marksPart, remarksOf } from "./marks.ts";
import { differences } from "./source.ts";

/** One commit: what it says, what was said of it, what it changes against its first parent. */
export function commitPage({ world }: PageRoom, project: Project, commit: GitCommit): Page {
  const marks = marksOf(world, project, commit.id);
  const [subject = "", ...rest] = commit.message.split("\n");
  const words = rest.join("\n").trim();
  return {
    title: `${subject} · ${commit.id.slice(0, 8)}`,
    drawnFrom: marks,
    isMoving: isMoving(marks),
    body: async () => {
      const git = await world.git(project);
      const files = await differences(git, commit.parents[0], commit.id);
      const parents = commit.parents.map((id) => html` ${commitLink(project, id)}`);
      return html`${pathNav(project)}<h1>${subject}</h1>
${words === "" ? "" : html`<pre>${words}</pre>`}
<p><strong>${commit.author.name}</strong> committed <code>${commit.id}</code> ${ago(world, commit.committer.date)}${parents.length === 0 ? "" : html`, after${parents}`}. <a href="${projectPath(project, `/tree/${commit.id}`)}">Files</a></p>
<h2>Statuses</h2>
${marksPart(world, project, marks)}
<h2>Files changed</h2>
${diffPart(project, commit.id, files, remarksOf(marks))}`;
    },
  };
}

/** What differs between two commits. */
export function comparePage({ world }: PageRoom, project: Project, from: GitCommit, to: GitCommit): Page {
  return {
    title: `${from.id.slice(0, 8)}...${to.id.slice(0, 8)}`,
    body: async () => html`${pathNav(project)}<h1>${commitLink(project, from.id)} to ${commitLink(project, to.id)}</h1>
${diffPart(project, to.id, await differences(await world.git(project), from.id, to.id))}`,
  };
}

/** One check run by itself. */
export function checkPage({ world }: PageRoom, project: Project, run: CheckRun): Page {
  return {
    title: run.name,
    drawnFrom: run,
    body: () => html`${pathNav(project)}<h1>${run.name} ${toned(run.conclusion ?? run.status)}</h1>
<p>of ${commitLink(project, run.sha)}, <a href="${projectPath(project, `/tree/${addressOf(run.sha)}`)}">its files</a></p>
${checkPart(world, project, run, false)}`,
  };
}
