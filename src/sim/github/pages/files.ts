import { html, type Part } from "../../../markup/html.ts";
import type { GitRepository } from "../git.ts";
import type { Project } from "../state.ts";
import { addressOf, type Page, pathNav, projectPath } from "./layout.ts";
import { cut, fileAt, folderAt } from "./source.ts";

const maxFileBytes = 1024 * 1024;
const maxLines = 10_000;

/** A place inside a repository: a commit by the name it was asked for, and a path. */
export interface Place {
  readonly ref: string;
  readonly commit: string;
  readonly path: string;
}

/** What `REF/PATH` means: a branch may hold slashes, so the longest that exists is taken; then a commit. */
export async function placeOf(git: GitRepository, steps: readonly string[]): Promise<Place | undefined> {
  const refs = await git.refs();
  for (let end = steps.length; end > 0; end -= 1) {
    const ref = steps.slice(0, end).join("/");
    const commit = refs.get(`refs/heads/${ref}`);
    if (commit !== undefined) return { ref, commit, path: steps.slice(end).join("/") };
  }
  const [first = "", ...rest] = steps;
  if (!/^[0-9a-f]{7,40}$/.test(first)) return undefined;
  const commit = await git.commit(first);
  return commit === undefined ? undefined : { ref: first, commit: commit.id, path: rest.join("/") };
}

/** A file with numbered lines, each of which can be linked to; undefined when there is none. */
export async function filePage(git: GitRepository, project: Project, place: Place): Promise<Page | undefined> {
  const content = await fileAt(git, place.commit, place.path, maxFileBytes);
  if (content === undefined) return undefined;
  return {
    title: `${place.path} at ${shortRef(place.ref)}`,
    body: () => html`${pathNav(project)}${whereabouts(project, place)}${contentPart(content)}`,
  };
}

/** The entries of a folder; undefined when there is none. */
export async function folderPage(git: GitRepository, project: Project, place: Place): Promise<Page | undefined> {
  const entries = await folderAt(git, place.commit, place.path);
  if (entries === undefined) return undefined;
  const ranked = [...entries].sort((left, right) => Number(right.kind === "folder") - Number(left.kind === "folder"));
  const at = (kind: string, name: string): string =>
    projectPath(
      project,
      `/${kind}/${addressOf(place.ref)}/${addressOf(place.path === "" ? name : `${place.path}/${name}`)}`,
    );
  return {
    title: `${place.path || project.name} at ${shortRef(place.ref)}`,
    body: () => html`${pathNav(project)}${whereabouts(project, place)}
<ul class="box">${ranked.map(({ name, kind }) =>
      kind === "folder"
        ? html`<li><a href="${at("tree", name)}"><code>${name}/</code></a></li>`
        : kind === "file"
          ? html`<li><a href="${at("blob", name)}"><code>${name}</code></a></li>`
          : html`<li><code>${name}</code></li>`,
    )}</ul>`,
  };
}

function shortRef(ref: string): string {
  return /^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 8) : ref;
}

/** The way to a place, each step a link. */
function whereabouts(project: Project, { ref, path }: Place): Part {
  const steps = path === "" ? [] : path.split("/");
  const to = (count: number): string =>
    projectPath(
      project,
      `/tree/${addressOf(ref)}${count === 0 ? "" : `/${addressOf(steps.slice(0, count).join("/"))}`}`,
    );
  const parts = steps.map((step, index) =>
    index === steps.length - 1 ? html` / <strong>${step}</strong>` : html` / <a href="${to(index + 1)}">${step}</a>`,
  );
  const commits = projectPath(project, `/commits/${addressOf(ref)}`);
  return html`<h1><a href="${to(0)}">${project.name}</a>${parts}</h1>
<p>at <code class="branch">${shortRef(ref)}</code> <a href="${commits}">Commits</a></p>`;
}

function contentPart(content: Buffer): Part {
  if (content.includes(0)) return html`<p class="box dim">Not text: ${content.length} bytes.</p>`;
  const lines = content.toString().replace(/\n$/, "").split("\n");
  const rows = lines
    .slice(0, maxLines)
    .map(
      (line, index) =>
        html`<tr id="L${index + 1}"><td class="at"><a href="#L${index + 1}">${index + 1}</a></td><td>${cut(line)}</td></tr>`,
    );
  const isCut = lines.length > maxLines || content.length >= maxFileBytes;
  return html`<section class="file"><table class="code"><tbody>${rows}</tbody></table>${
    isCut ? html`<p class="dim">&nbsp; The rest is too long to be shown.</p>` : ""
  }</section>`;
}
