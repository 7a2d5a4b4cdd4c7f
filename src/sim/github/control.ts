import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Hands } from "./hands.ts";
import type { Role } from "./state.ts";

/** What the control API reaches besides the hands. */
export interface Controls extends Hands {
  /** Who sits in front of this world; undefined for nobody. */
  readonly person: string | undefined;
  /** What is there, in short. */
  overview(): JsonObject;
}

const prefix = "/_control/";
const roles: readonly string[] = ["admin", "maintain", "write", "triage", "read"];

/** Answers what people would do on GitHub's own pages; false when the request is none of that. Pages of other sites may not ask. */
export async function serveControl(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
  raw: Buffer,
): Promise<boolean> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  if (!path.startsWith(prefix)) return false;
  const site = request.headers["sec-fetch-site"];
  const answer =
    site !== undefined && site !== "none" && site !== "same-origin"
      ? refusal(403, "This is not for other sites.")
      : await answerOf(controls, `${request.method} ${path.slice(prefix.length)}`, raw);
  response.writeHead(answer.code, { "content-type": "application/json; charset=utf-8" });
  response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(answer.body)}\n`);
  return true;
}

interface ControlAnswer {
  readonly code: number;
  readonly body: Json;
}

async function answerOf(controls: Controls, operation: string, raw: Buffer): Promise<ControlAnswer> {
  const body = bodyOf(raw);
  if (body === undefined) return refusal(400, "The body is no JSON object.");
  const text = (name: string): string => {
    const value = body[name];
    return typeof value === "string" ? value : "";
  };
  const [owner = "", name = ""] = text("project").split("/");
  switch (operation) {
    case "GET state":
    case "HEAD state":
      return { code: 200, body: controls.overview() };
    case "POST projects":
      if (!isName(owner) || !isName(name)) return refusal(422, "project must be OWNER/NAME.");
      await controls.addProject({
        ...{ owner, name, isPrivate: body.private === true },
        ...(controls.person !== undefined && { roles: { [controls.person]: "admin" } }),
      });
      return { code: 201, body: { project: `${owner}/${name}` } };
    case "POST tokens": {
      if (!isName(text("login"))) return refusal(422, "login must be the name of a person.");
      return { code: 201, body: { login: text("login"), token: controls.addToken(text("login")) } };
    }
    case "POST roles":
      if (!isName(text("login")) || !roles.includes(text("role")))
        return refusal(422, `login must be a name and role one of ${roles.join(", ")}.`);
      return attempt(() => controls.setRole(owner, name, text("login"), text("role") as Role), {
        login: text("login"),
        role: text("role"),
      });
    case "POST apps":
      if (!isName(text("slug")) || !isName(text("account"))) return refusal(422, "slug and account must be names.");
      return { code: 201, body: { ...controls.addApp(text("slug"), text("account")) } };
    case "POST hooks":
      if (!URL.canParse(text("url"))) return refusal(422, "url must be an address.");
      controls.addHook(owner, name, text("url"), text("secret"));
      return { code: 201, body: { url: text("url") } };
    default:
      return refusal(404, "There is no such control.");
  }
}

function attempt(work: () => void, body: Json): ControlAnswer {
  try {
    work();
    return { code: 200, body };
  } catch (error) {
    return refusal(422, (error as Error).message);
  }
}

function refusal(code: number, message: string): ControlAnswer {
  return { code, body: { message } };
}

function isName(text: string): boolean {
  return /^[\w.-]{1,100}$/.test(text);
}

function bodyOf(raw: Buffer): JsonObject | undefined {
  if (raw.length === 0) return {};
  try {
    const body: unknown = JSON.parse(raw.toString());
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
