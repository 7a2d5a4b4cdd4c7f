import { createHash } from "node:crypto";
import { type Html, html, type Part, trusted } from "./html.ts";

/** How every page looks: one column, both colour schemes, tables that scroll by themselves on a narrow screen. */
export const baseStyle = `
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--paper:#fff;--shade:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--wait:#9a6700;--link:#0969da;--plus:#dafbe1;--minus:#ffebe9;--hunk:#ddf4ff;--mark:#fff8c5}
@media(prefers-color-scheme:dark){:root{--ink:#f0f6fc;--dim:#9198a1;--line:#3d444d;--paper:#0d1117;--shade:#151b23;--good:#3fb950;--bad:#f85149;--wait:#d29922;--link:#4493f8;--plus:#12361f;--minus:#45171a;--hunk:#12293f;--mark:#423300}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header,main{max-width:72rem;margin:0 auto;padding:0 1rem}
main{padding-bottom:3rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-top:1rem;padding-bottom:.75rem;border-bottom:1px solid var(--line)}
header>strong{font-size:1.15rem}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1{font-size:1.4rem;margin:1.25rem 0 .25rem}h2{font-size:1.1rem;margin:1.75rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .5rem}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600;white-space:nowrap}
code{font:13px/1.45 ui-monospace,monospace;background:var(--shade);border-radius:4px;padding:.1rem .25rem}
pre{background:var(--shade);border:1px solid var(--line);border-radius:6px;padding:.75rem;margin:.75rem 0;overflow-x:auto}pre code{background:none;padding:0}
pre .line{display:block;min-height:1.45em;width:max-content;min-width:100%}
.added{background:var(--plus)}.removed{background:var(--minus)}.hunk{background:var(--hunk);color:var(--dim)}
figure{margin:0}figcaption{color:var(--dim);font-size:.85rem}
details{margin:.5rem 0}summary{cursor:pointer}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
.card{border:1px solid var(--line);border-radius:6px;padding:.25rem 1rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
.text h1,.text h2{border-bottom:1px solid var(--line);padding-bottom:.25rem}.text>:first-child{margin-top:.6rem}.text>:last-child{margin-bottom:.6rem}
.text td,.text th{border:1px solid var(--line);padding:.3rem .7rem;overflow-wrap:break-word}
.text blockquote{margin:.5rem 0;padding:0 1rem;border-left:.25rem solid var(--line);color:var(--dim)}
.text ul,.text ol{padding-left:1.6rem}
.number{font-variant-numeric:tabular-nums}.nowrap{white-space:nowrap}
@media(max-width:40rem){.list thead{display:none}.list tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}.list td{display:inline;border:0;padding:0;overflow-wrap:anywhere}.list td:not(:empty)~td:not(:empty)::before{content:" · ";color:var(--dim)}}
`;

/** What a page lets its browser do. Everything that is not named here is forbidden. */
export interface PageRights {
  /** The page's one style; let through by its digest. */
  readonly style: string;
  /** Forms may be sent to the page's own server. */
  readonly forms?: boolean;
  /** The page may hold frames of its own server, or be one. */
  readonly frames?: "holds" | "is";
}

/** The content policy of a page: nothing runs, nothing is fetched. */
export function contentPolicy({ style, forms = false, frames }: PageRights): string {
  return [
    `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'`,
    `form-action ${forms ? "'self'" : "'none'"}`,
    ...(frames === "holds" ? ["frame-src 'self'"] : []),
    `frame-ancestors ${frames === "is" ? "'self'" : "'none'"}`,
  ].join("; ");
}

/** A whole page. With `refreshSeconds` it looks again by itself. */
export function wholePage(page: {
  readonly title: string;
  readonly style: string;
  /** Absent: the page is only its body. */
  readonly header?: Part;
  readonly body: Part;
  readonly refreshSeconds?: number | undefined;
}): string {
  const { title, style, header, body, refreshSeconds } = page;
  const refresh = refreshSeconds === undefined ? "" : html`<meta http-equiv="refresh" content="${refreshSeconds}">\n`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${header === undefined ? "" : html`<header>${header}</header>`}
<main>
${body}
</main>
</body>
</html>
`.markup;
}

const good: readonly string[] = ["applied", "settled", "success", "ready", "done"];
const bad: readonly string[] = ["failed", "invalid", "failure", "error", "absent"];

/** A word in the colour of what it means, never by colour alone. */
export function toned(word: string, text = word): Html {
  const [kind, sign] = good.includes(word) ? ["good", "✓ "] : bad.includes(word) ? ["bad", "✗ "] : ["wait", "• "];
  return html`<span class="${kind}">${sign}${text}</span>`;
}

/** A table with a head; says so in words when there is nothing in it. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[], empty: string): Html {
  if (rows.length === 0) return html`<p class="dim">${empty}</p>`;
  // On a narrow screen each row stands as a line of text, without the head.
  return html`<table class="list"><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;
}
