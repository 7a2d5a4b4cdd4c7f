import { createHash } from "node:crypto";
import { type Html, html } from "./html.ts";
import { wholePage } from "./look.ts";

const newsSeconds = 3;

/** How often a page looks again whole while something is under way. */
export const movingSeconds = 2;

/** The style of the strip that says whether a page is the newest. */
export const newsStyle = `
.news{position:sticky;top:0;display:block;width:100%;height:2.4rem;border:0;background:var(--paper);color:var(--dim);padding:.4rem 0;margin:0;overflow:hidden;z-index:1}
iframe.news{padding:0;margin-left:-1rem;width:calc(100% + 2rem)}
.button{font-weight:600;border:1px solid var(--line);border-radius:6px;background:var(--shade);color:var(--ink);padding:.1rem .9rem;display:inline-block}
.button.main{background:#1f883d;border-color:#1f883d;color:#fff}
`;

/** A word that changes when what a page was drawn from does. */
export function versionOf(drawnFrom: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(drawnFrom) ?? "")
    .digest("hex")
    .slice(0, 16);
}

/** What stands above a page that is read for long: it must not jump under its reader, so a frame in it looks for news. */
export function newsStrip(path: string, version: string, isMoving: boolean): Html {
  return isMoving
    ? html`<div class="news">• Something is under way: the page follows by itself. <a href="${path}?seen=${version}">Look again</a></div>`
    : html`<iframe class="news" title="News" src="${path}?news=${version}"></iframe>`;
}

/** The page inside that frame: the version its reader has `seen`, against the one that is. */
export function newsFrame(style: string, path: string, version: string, seen: string): string {
  const isSame = version === seen;
  // An address that was not shown yet: else a browser only moves to the top of what it has.
  const body: Html = isSame
    ? html`<div class="news">✓ Up to date.</div>`
    : html`<a class="button main" target="_top" href="${path}?seen=${version}">Something has happened: show it</a>`;
  return wholePage({ title: "News", style, body, ...(isSame && { refreshSeconds: newsSeconds }) });
}
