import { type Html, html, type Part } from "../../../markup/html.ts";
import { table } from "../../../markup/look.ts";
import { renderMarkdown } from "../../../markup/markdown.ts";
import type { GitRepository } from "../git.ts";
import type { Project, Thread } from "../state.ts";
import { projectKey, reaches, roleOf, threadsOf } from "../world.ts";
import { button, openPullOf } from "./forms.ts";
import { addressOf, ago, commitLink, type Page, type PageRoom, pathNav, projectPath } from "./layout.ts";
import { marksOf, signOf } from "./marks.ts";
import { commitList, fileAt } from "./source.ts";
import { stateBadge } from "./thread.ts";

const listSeconds = 5;
const closedShown = 20;
const commitsShown = 10;
const branchesShown = 50;
const maxReadmeBytes = 256 * 1024;

/** All projects; with `owner` only theirs. */
export function frontPage({ world, actsAs }: PageRoom, owner?: string): Page {
  const projects = world.state
    .all("projects")
    .filter((project) => roleOf(project, actsAs ?? "") !== undefined)
    .filter((project) => owner === undefined || project.owner.toLowerCase() === owner.toLowerCase());
  return {
    title: owner ?? "Projects",
    refreshSeconds: listSeconds,
    body: () => html`<h1>${owner ?? "Projects"}</h1>
${table(
  ["Project", "Open pull requests", "Open issues", "Last push"],
  projects.map((project) => {
    const open = threadsOf(world.state, projectKey(project)).filter(({ state }) => state === "open");
    const pulls = open.filter(({ pull }) => pull !== undefined).length;
    return [
      html`<a href="${projectPath(project)}">${project.owner}/${project.name}</a>${project.isPrivate ? html` <span class="dim">private</span>` : ""}`,
      pulls,
      open.length - pulls,
      ago(world, project.pushedAt),
    ];
  }),
  "There is no project here.",
)}`,
  };
}

/** A project: what is proposed, what is asked, its branches, and how to get it. */
export function projectPage(room: PageRoom, project: Project): Page {
  const { world } = room;
  return {
    title: `${project.owner}/${project.name}`,
    refreshSeconds: listSeconds,
    body: async () => {
      const git = await world.git(project);
      const threads = threadsOf(world.state, projectKey(project));
      const pulls = threads.filter(({ pull }) => pull !== undefined);
      const issues = threads.filter(({ pull }) => pull === undefined);
      const isOpen = ({ state }: Thread): boolean => state === "open";
      const closed = pulls.filter((pull) => !isOpen(pull));
      return html`<h1>${project.owner}/${project.name}</h1>
${clonePart(room, project)}
<h2>Pull requests</h2>
${threadTable(room, project, pulls.filter(isOpen), "None is open. Push a branch to open one.")}
${closed.length === 0 ? "" : html`<h3>Closed pull requests</h3>${threadTable(room, project, closed.slice(0, closedShown), "")}`}
<h2>Issues</h2>
${threadTable(room, project, [...issues.filter(isOpen), ...issues.filter((one) => !isOpen(one))].slice(0, closedShown), "There is none.")}
<h2>Branches</h2>
${await branchesPart(room, project, git)}
<h2>Newest commits of ${project.defaultBranch}</h2>
${await commitsPart(room, project, git, `refs/heads/${project.defaultBranch}`, commitsShown)}
${await readmePart(project, git)}`;
    },
  };
}

/** The commits of a branch or before a commit. */
export function commitsPage(room: PageRoom, project: Project, ref: string, commit: string): Page {
  return {
    title: `Commits of ${ref}`,
    refreshSeconds: listSeconds,
    body: async () => html`${pathNav(project)}<h1>Commits of ${ref}</h1>
${await commitsPart(room, project, await room.world.git(project), commit, 100)}`,
  };
}

/** What the project says of itself. */
async function readmePart(project: Project, git: GitRepository): Promise<Part> {
  const head = await git.commit(`refs/heads/${project.defaultBranch}`);
  const text = head === undefined ? undefined : await fileAt(git, head.id, "README.md", maxReadmeBytes);
  if (text === undefined) return "";
  return html`<article class="comment"><header><strong>README.md</strong></header><div class="text">${renderMarkdown(text.toString())}</div></article>`;
}

function clonePart({ world, actsAs }: PageRoom, project: Project): Html {
  const address = `${world.url()}${projectPath(project)}.git`;
  const mayPush = actsAs !== undefined && reaches(roleOf(project, actsAs), "write");
  const opens = world.autoPull ? "a pull request opens by itself" : "open a pull request from it below";
  const how = mayPush
    ? html`<p>Propose a change: commit it on a branch of its own and push that; ${opens}. No password is asked: you push as <strong>${actsAs}</strong>.</p>
<pre>git switch -c my-change
git commit -a -m "What changes, and why"
git push -u origin my-change</pre>`
    : html`<p class="dim">Pushing needs the token of somebody who may write here, as the password.</p>`;
  return html`<section class="box"><p>Get it, from any terminal on this machine:</p>
<pre>git clone ${address}</pre>
${how}
<p><a href="${projectPath(project, `/tree/${addressOf(project.defaultBranch)}`)}">Look at the files</a></p></section>`;
}

function threadTable({ world }: PageRoom, project: Project, threads: readonly Thread[], empty: string): Html {
  return table(
    ["Number", "Title", "State", "Status", "By"],
    threads.map((thread) => {
      const href = projectPath(project, `/${thread.pull === undefined ? "issues" : "pull"}/${thread.number}`);
      return [
        html`<a class="number" href="${href}">#${thread.number}</a>`,
        html`<a href="${href}">${thread.title}</a>`,
        stateBadge(thread),
        thread.pull === undefined ? "" : signOf(marksOf(world, project, thread.pull.headCommit)),
        html`<span class="dim">${thread.user}, ${ago(world, thread.createdAt)}</span>`,
      ];
    }),
    empty,
  );
}

async function branchesPart(room: PageRoom, project: Project, git: GitRepository): Promise<Html> {
  const { world, actsAs } = room;
  const prefix = "refs/heads/";
  const refs = [...(await git.refs())].filter(([ref]) => ref.startsWith(prefix));
  const mayPropose = actsAs !== undefined && reaches(roleOf(project, actsAs), "write");
  const rows: (readonly Part[])[] = [];
  for (const [ref, id] of refs.slice(0, branchesShown)) {
    const branch = ref.slice(prefix.length);
    const pull = openPullOf(world, project, branch);
    const isMain = branch === project.defaultBranch;
    const isMerged = isMain || (await git.isAncestor(id, `${prefix}${project.defaultBranch}`));
    rows.push([
      html`<a href="${projectPath(project, `/tree/${addressOf(branch)}`)}"><code class="branch">${branch}</code></a>`,
      commitLink(project, id),
      signOf(marksOf(world, project, id)),
      pull !== undefined
        ? html`<a href="${projectPath(project, `/pull/${pull.number}`)}">#${pull.number}</a>`
        : isMain
          ? html`<span class="dim">the default branch</span>`
          : isMerged
            ? html`<span class="dim">merged</span>`
            : mayPropose
              ? button(projectPath(project, "/pulls"), "Open a pull request", { branch })
              : "",
    ]);
  }
  const more = refs.length - rows.length;
  return html`${table(["Branch", "Head", "Status", "Pull request"], rows, "Nothing was pushed yet.")}${
    more > 0 ? html`<p class="dim">and ${more} more</p>` : ""
  }`;
}

async function commitsPart(
  { world }: PageRoom,
  project: Project,
  git: GitRepository,
  head: string,
  most: number,
): Promise<Html> {
  const commits = await commitList(git, head, { most });
  return table(
    ["Commit", "Subject", "Status", "By"],
    commits.map(({ id, subject, author, date }) => [
      commitLink(project, id),
      subject,
      signOf(marksOf(world, project, id)),
      html`<span class="dim">${author}, ${ago(world, date)}</span>`,
    ]),
    "Nothing was pushed yet.",
  );
}
