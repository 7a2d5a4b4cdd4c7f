import { type Html, html, type Part } from "../../../markup/html.ts";
import { baseStyle, contentPolicy, wholePage } from "../../../markup/look.ts";
import { movingSeconds, newsStyle } from "../../../markup/news.ts";
import type { Project } from "../state.ts";
import type { World } from "../world.ts";

/** What pages are made from: the world, and on whose behalf it is changed. */
export interface PageRoom {
  readonly world: World;
  /** Absent: the pages are read only. */
  readonly actsAs: string | undefined;
  /** The comment that the reader has just written, and is led to. */
  readonly said?: number;
}

/** One page before it is drawn. */
export interface Page {
  readonly title: string;
  /** Looks again by itself, whole; for pages that nobody reads for long. */
  readonly refreshSeconds?: number;
  /** Something is under way: it looks again soon. */
  readonly isMoving?: boolean;
  /** What the page was drawn from; with it the page says when there is news, and stays as it is meanwhile. */
  readonly drawnFrom?: unknown;
  readonly code?: number;
  body(): Part | Promise<Part>;
}

/** The one style of all pages here. */
export const style = `${baseStyle}${newsStyle}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 0}
h1 .number{font-weight:400}
.badge{display:inline-block;border-radius:1rem;padding:.05rem .7rem;border:1px solid currentColor;font-size:.9rem;font-weight:600;white-space:nowrap}
.branch{background:var(--hunk);color:var(--link);overflow-wrap:anywhere}
.merged{color:#8250df}@media(prefers-color-scheme:dark){.merged{color:#ab7df8}}
.comment{border:1px solid var(--line);border-radius:6px;margin:1rem 0;overflow-wrap:anywhere;scroll-margin-top:3rem}
.comment>header{max-width:none;margin:0;padding:.4rem 1rem;background:var(--shade);border-radius:6px 6px 0 0;display:block;color:var(--dim)}
.comment>header strong{font-size:1em;color:var(--ink)}
.comment>.text{padding:.25rem 1rem}.comment>footer{padding:0 1rem .6rem;color:var(--dim)}
.comment:focus{outline:none}.comment:target,.comment:focus,.box:target{border-color:var(--link);box-shadow:0 0 0 1px var(--link)}
.box{border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:1rem 0}.box>:first-child{margin-top:0}.box>:last-child{margin-bottom:0}
.row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.75rem 0}.row form{display:inline}
button,.row .button{font:inherit;font-weight:600;border:1px solid var(--line);border-radius:6px;background:var(--shade);color:var(--ink);padding:.3rem .9rem;cursor:pointer;display:inline-block}
button.main{background:#1f883d;border-color:#1f883d;color:#fff}
textarea{width:100%;min-height:10rem;font:14px/1.5 ui-monospace,monospace;padding:.6rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:var(--ink)}
.file{border:1px solid var(--line);border-radius:6px;margin:1rem 0;overflow:hidden}
.file>h3{margin:0;padding:.4rem 1rem;background:var(--shade);border-bottom:1px solid var(--line);font:600 13px/1.6 ui-monospace,monospace;overflow-wrap:anywhere}
.code{display:block;margin:0;font:12.5px/1.55 ui-monospace,monospace;tab-size:4;width:100%}
.code td{border:0;padding:0 .6rem;white-space:pre;width:100%}.code td.at{width:1%;min-width:2.6rem;text-align:right;color:var(--dim);user-select:none;padding:0 .4rem}
.code td.at a{color:inherit}.code td.remark{white-space:normal;font:14px/1.5 system-ui,sans-serif;padding:.5rem 1rem;border:1px solid var(--line)}
.code tr:target td{background:var(--mark)}.code tr{scroll-margin-top:4rem}
`;

const policy = contentPolicy({ style, forms: true, frames: "holds" });
const framePolicy = contentPolicy({ style, frames: "is" });

/** Headers of every page. The referrer stays on this site, else a browser would not say where a form comes from. */
export function pageHeaders(isFrame: boolean): Readonly<Record<string, string>> {
  return {
    ...{ "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff" },
    ...{ "referrer-policy": "same-origin", "content-security-policy": isFrame ? framePolicy : policy },
  };
}

/** A page with its frame around it. `top` stands above everything and stays there. */
export function drawPage({ actsAs }: PageRoom, page: Page, top: Part, body: Part): string {
  const who = actsAs === undefined ? "read only" : html`you are <strong>${actsAs}</strong>`;
  return wholePage({
    ...{
      title: `${page.title} · Embedded GitHub`,
      style,
      refreshSeconds: page.isMoving === true ? movingSeconds : page.refreshSeconds,
    },
    header: html`<strong><a href="/">Embedded GitHub</a></strong><span class="dim">a simulator on this machine · ${who}</span>`,
    body: html`${top}${body}`,
  });
}

const minuteMs = 60_000;

/** A point in time the way people say it, with the exact one behind it. */
export function ago({ nowIso }: World, iso: string): Html {
  const minutes = Math.floor((Date.parse(nowIso()) - Date.parse(iso)) / minuteMs);
  const count = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? "" : "s"} ago`;
  const words =
    minutes < 1
      ? "just now"
      : minutes < 60
        ? count(minutes, "minute")
        : minutes < 48 * 60
          ? count(Math.floor(minutes / 60), "hour")
          : `on ${iso.slice(0, 10)}`;
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`;
}

/** Path of a page of a project. */
export function projectPath({ owner, name }: Pick<Project, "owner" | "name">, rest = ""): string {
  return `/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${rest}`;
}

/** A path inside a repository as it stands in an address. */
export function addressOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** A link to a commit by its short name. */
export function commitLink(project: Project, id: string): Html {
  return html`<a href="${projectPath(project, `/commit/${id}`)}"><code>${id.slice(0, 8)}</code></a>`;
}

/** A link that somebody else gave: only to the web, else plain text. */
export function webLink(address: string | null | undefined, text: Part): Part {
  return /^https?:\/\//i.test(address ?? "")
    ? html`<a href="${address ?? ""}" rel="noopener noreferrer nofollow">${text}</a>`
    : text;
}

/** Where one is: the project, and below it. */
export function pathNav(project: Project, ...more: readonly Part[]): Html {
  const home = html`<a href="${projectPath(project)}">${project.owner}/${project.name}</a>`;
  return html`<nav>${home}${more}</nav>`;
}
