import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Html, html, type Part } from "../../../markup/html.ts";
import { wholePage } from "../../../markup/look.ts";
import { Refusal } from "../answer.ts";
import { carryOut, checkSender, formOf } from "./forms.ts";
import { drawPage, type Page, type PageRoom, pageHeaders, style } from "./layout.ts";
import { type Found, findForm, findPage, isPagePath } from "./routes.ts";

const newsSeconds = 3;
const methods = ["GET", "HEAD", "POST"];

/** Answers what a browser asks for outside the API; false when it is none of a page's. */
export async function servePage(
  givenRoom: PageRoom,
  request: IncomingMessage,
  response: ServerResponse,
  raw: Buffer,
): Promise<boolean> {
  const url = new URL(`http://pages.invalid${request.url ?? "/"}`);
  const room = { ...givenRoom, said: Number(url.searchParams.get("said") ?? 0) };
  const wantsPage = (request.headers.accept ?? "").includes("text/html");
  if (!isPagePath(room, url.pathname, wantsPage)) return false;
  const method = request.method ?? "GET";
  const seen = url.searchParams.get("news") ?? undefined;
  let found: Found;
  try {
    if (!methods.includes(method)) throw new Refusal(405, "Pages are asked for with GET; forms are sent with POST.");
    found = method === "POST" ? await act(room, url.pathname, request, raw) : await findPage(room, url.pathname);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    found = refusalPage(error);
  }
  await answer(room, response, found, { path: url.pathname, seen, isHead: method === "HEAD" });
  return true;
}

async function act(room: PageRoom, path: string, request: IncomingMessage, raw: Buffer): Promise<Found> {
  checkSender(request, room.world.url());
  const form = formOf(request, raw);
  const { project, thread, what } = findForm(room, path);
  return { leadsTo: await carryOut(room, project, thread, what, form) };
}

function refusalPage({ code, message }: Refusal): Page {
  const title = code === 404 ? "Not here" : "That did not work";
  return { title, code, body: () => html`<h1>${title}</h1><p>${message}</p><p><a href="/">All projects</a></p>` };
}

interface Asked {
  readonly path: string;
  readonly seen: string | undefined;
  readonly isHead: boolean;
}

async function answer(
  room: PageRoom,
  response: ServerResponse,
  found: Found,
  { path, seen, isHead }: Asked,
): Promise<void> {
  if ("leadsTo" in found) {
    response.writeHead(303, { location: found.leadsTo, "content-length": "0" }).end();
    return;
  }
  if ("plainText" in found) return send(response, 200, plainHeaders, found.plainText, isHead);
  if (seen !== undefined) return send(response, 200, pageHeaders(true), newsFrame(found, path, seen), isHead);
  const text = drawPage(room, found, newsStrip(found, path), await found.body());
  send(response, found.code ?? 200, pageHeaders(false), text, isHead);
}

const plainHeaders = {
  ...{ "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff" },
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

function send(
  response: ServerResponse,
  code: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
  isHead: boolean,
): void {
  response.writeHead(code, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(isHead ? undefined : body);
}

function versionOf({ drawnFrom }: Page): string {
  return createHash("sha256").update(JSON.stringify(drawnFrom)).digest("hex").slice(0, 16);
}

/** What stands above a page that is read for long: it must not jump under its reader, so a frame looks for news. */
function newsStrip(page: Page, path: string): Part {
  if (page.drawnFrom === undefined) return "";
  if (page.refreshSeconds !== undefined)
    return html`<div class="news">• Something is under way: the page follows by itself. <a href="${path}?seen=${versionOf(page)}">Look again</a></div>`;
  return html`<iframe class="news" title="News" src="${path}?news=${versionOf(page)}"></iframe>`;
}

function newsFrame(page: Page, path: string, seen: string): string {
  const isSame = page.drawnFrom === undefined || versionOf(page) === seen;
  const body: Html = isSame
    ? html`<div class="news">✓ Up to date.</div>`
    : html`<a class="button main" target="_top" href="${path}?seen=${versionOf(page)}">Something has happened: show it</a>`;
  return wholePage({ title: "News", style, body, ...(isSame && { refreshSeconds: newsSeconds }) });
}
