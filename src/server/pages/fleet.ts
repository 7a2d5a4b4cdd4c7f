import { type Html, html, type Part } from "../../markup/html.ts";
import { table, toned } from "../../markup/look.ts";
import { passSummary } from "../../report/history.ts";
import { countOf, momentText } from "../../report/text.ts";
import type { FleetExhibit } from "./exhibits.ts";
import { listSeconds, page } from "./layout.ts";

const rowsShown = 500;

/** All fleets on one page: how they stand, what is proposed, what drifted, what was done and asked. */
export function fleetsPage(fleets: readonly FleetExhibit[]): string {
  const only = fleets.length === 1 ? fleets[0] : undefined;
  const title = only === undefined ? "Fleets" : `Fleet ${only.fleet}`;
  return page(title, fleets.length === 0 ? html`<p>No pass has ended yet.</p>` : fleets.map(fleetPart), listSeconds);
}

function fleetPart(fleet: FleetExhibit): Html {
  const [last] = fleet.passes;
  const held = fleet.heldBy === "" ? "" : html`<p>${toned("held", `On hold by ${fleet.heldBy}`)}</p>`;
  return html`<h1>Fleet ${fleet.fleet}</h1>
<p class="dim">${projectLink(fleet, "", fleet.repository)} (${fleet.branch}), applied ${commitLink(fleet, fleet.appliedCommit)}${last === undefined ? "" : html`, last pass ${toned(last.outcome)} at ${momentText(last.finishedAt)}`}</p>
${held}
<h2>Pull requests</h2>
${table(
  ["Number", "Title", "By", "Verdict", "Head"],
  fleet.pulls.map((pull) => [
    html`<a class="number" href="/fleets/${encodeURIComponent(fleet.fleet)}/pulls/${pull.number}">#${pull.number}</a>`,
    projectLink(fleet, `/pull/${pull.number}`, pull.title),
    pull.author,
    pull.verdict,
    commitLink(fleet, pull.headCommit),
  ]),
  "None is open. Push a branch and open one: its plan appears here and in the pull request.",
)}
<h2>Drift</h2>
${table(
  ["Thing", "Since", "Came back"],
  fleet.incidents.map(({ address, openedAt, flaps }) => [
    html`<code>${address}</code>`,
    moment(openedAt),
    flaps === 0 ? "" : countOf(flaps, "time"),
  ]),
  "Everything is as the tracked branch wants it.",
)}
<h2>The fleet</h2>
${table(
  ["Name", "Kind", "From", "Location", "Addresses", "Status"],
  instancesFirst(fleet.rows)
    .slice(0, rowsShown)
    .map((row) => [
      html`<code>${row.name}</code>`,
      `${row.provider}/${row.kind}`,
      row.owner,
      row.location,
      Object.entries(row.addresses).map(([name, value]) => html`<span class="nowrap">${name} ${value}</span> `),
      [toned(row.phase), row.note === "" ? "" : html` <span class="dim">${row.note}</span>`],
    ]),
  "Nothing runs and nothing is wanted.",
)}
${fleet.rows.length > rowsShown ? html`<p class="dim">and ${fleet.rows.length - rowsShown} more</p>` : ""}
<h2>Passes</h2>
${table(
  ["Pass", "Outcome", "Commit", "Woken by", "Ended", "What"],
  fleet.passes.map((pass) => [
    html`<span class="number">${pass.number}</span>`,
    toned(pass.outcome),
    commitLink(fleet, pass.commit),
    pass.wake,
    moment(pass.finishedAt),
    passSummary(pass.details),
  ]),
  "None has ended yet.",
)}
<h2>Asked for</h2>
${table(
  ["When", "Who", "What", "Where", "Result"],
  fleet.audit.map((record) => [
    moment(record.at),
    record.actor,
    html`<code>/${record.action}</code>`,
    subjectLink(fleet, record.subject),
    record.result,
  ]),
  "Nobody has asked for anything yet.",
)}`;
}

/** Instances are what people look for; everything else follows in its order. */
function instancesFirst(rows: FleetExhibit["rows"]): FleetExhibit["rows"] {
  const isInstance = ({ kind }: FleetExhibit["rows"][number]): boolean => kind === "instance";
  return [...rows.filter(isInstance), ...rows.filter((row) => !isInstance(row))];
}

function moment(iso: string): Html {
  return html`<span class="nowrap">${momentText(iso)}</span>`;
}

/** A link to the project at its forge, where there is one. */
function projectLink({ projectUrl }: FleetExhibit, path: string, text: Part): Part {
  return projectUrl === "" ? text : html`<a href="${projectUrl}${path}">${text}</a>`;
}

function commitLink(fleet: FleetExhibit, commit: string): Part {
  const short = html`<code>${commit.slice(0, 8)}</code>`;
  return commit === "" ? "" : projectLink(fleet, `/commit/${commit}`, short);
}

/** `pull request 7` and `issue 7`, where something was asked for. */
function subjectLink(fleet: FleetExhibit, subject: string): Part {
  const number = /^(?:pull request|issue) (\d+)$/.exec(subject)?.[1];
  return number === undefined ? subject : projectLink(fleet, `/issues/${number}`, subject);
}
