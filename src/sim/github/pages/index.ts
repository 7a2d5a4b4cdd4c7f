import type { IncomingMessage, ServerResponse } from "node:http";
import { html } from "../../../markup/html.ts";
import { newsFrame, newsStrip, versionOf } from "../../../markup/news.ts";
import { Refusal } from "../answer.ts";
import { GitError } from "../git.ts";
import { carryOut, checkSender, formOf } from "./forms.ts";
import { drawPage, type Page, type PageRoom, pageHeaders, style } from "./layout.ts";
import { type Found, findForm, findPage, isPagePath } from "./routes.ts";

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
  // A form's address is one step below the page it stands on.
  const back = method === "POST" ? url.pathname.replace(/\/[^/]*$/, "") || "/" : "/";
  let found: Found;
  try {
    if (!methods.includes(method)) throw new Refusal(405, "Pages are asked for with GET; forms are sent with POST.");
    found = method === "POST" ? await act(room, url.pathname, request, raw) : await findPage(room, url.pathname);
  } catch (error) {
    if (error instanceof GitError) found = refusalPage(new Refusal(503, error.message), back);
    else if (error instanceof Refusal) found = refusalPage(error, back);
    else throw error;
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

function refusalPage({ code, message }: Refusal, back: string): Page {
  const title = code === 404 ? "Not here" : "That did not work";
  return {
    title,
    code,
    body: () =>
      html`<h1>${title}</h1><p>${message}</p><p><a href="${back}">${back === "/" ? "All projects" : "Back"}</a></p>`,
  };
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
  const version = versionOf(found.drawnFrom);
  if (seen !== undefined) return send(response, 200, pageHeaders(true), newsFrame(style, path, version, seen), isHead);
  const top = found.drawnFrom === undefined ? "" : newsStrip(path, version, found.isMoving === true);
  const text = drawPage(room, found, top, await found.body());
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
