import { type Html, html, type Part, trusted } from "../html.ts";

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--paper:#fff;--shade:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--wait:#9a6700;--link:#0969da}
@media(prefers-color-scheme:dark){:root{--ink:#f0f6fc;--dim:#9198a1;--line:#3d444d;--paper:#0d1117;--shade:#151b23;--good:#3fb950;--bad:#f85149;--wait:#d29922;--link:#4493f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header,main{max-width:72rem;margin:0 auto;padding:0 1rem}
header{display:flex;gap:1.5rem;align-items:baseline;padding-top:1rem;padding-bottom:.75rem;border-bottom:1px solid var(--line)}
header strong{font-size:1.15rem}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1{font-size:1.4rem;margin:1.25rem 0 .25rem}h2{font-size:1.1rem;margin:1.75rem 0 .5rem}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600;white-space:nowrap}
code{font:13px/1.45 ui-monospace,monospace;background:var(--shade);border-radius:4px;padding:.1rem .25rem}
pre{background:var(--shade);border:1px solid var(--line);border-radius:6px;padding:.75rem;overflow-x:auto}pre code{background:none;padding:0}
details{margin:.5rem 0}summary{cursor:pointer}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
.card{border:1px solid var(--line);border-radius:6px;padding:.25rem 1rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
.number{font-variant-numeric:tabular-nums}
`;

/** The digest that lets the one style of every page through a strict content policy. */
export const styleText = style;

/** One page: where it belongs, what it shows. It looks again by itself. */
export function page(title: string, body: Part, refreshSeconds = 5): string {
  const whole: Html = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>${title} · Plumbline</title>
<style>${trusted(style)}</style>
</head>
<body>
<header><strong><a href="/">Plumbline</a></strong><a href="/">Fleets</a><a href="/metrics">Metrics</a><a href="/api/v1/status">JSON</a></header>
<main>
${body}
</main>
</body>
</html>
`;
  return whole.markup;
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
  return html`<table><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;
}
