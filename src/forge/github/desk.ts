import type { Json } from "../../core/json.ts";
import type { Clock } from "../../runtime/clock.ts";
import { ForgeError } from "../forge.ts";
import type { Client } from "./client.ts";
import { textAt, valueAt } from "./wire.ts";

/** What every part of the forge works with. */
export interface Desk {
  readonly client: Client;
  readonly clock: Clock;
  readonly owner: string;
  readonly repository: string;
  /** The name our own comments stand under, in lower case. Asked once. */
  login(signal: AbortSignal): Promise<string>;
}

/** Whether something was written by us: the author proves it, never the text. */
export function isBy(login: string, item: Json): boolean {
  return login !== "" && textAt(item, "user", "login").toLowerCase() === login;
}

/** Asks who we are. An App comments as `slug[bot]`, a token as its user, a workflow's token as what GraphQL calls the viewer. */
export function createLogin(client: Client): (signal: AbortSignal) => Promise<string> {
  let known: string | undefined;
  return async (signal) => {
    known ??= (await askLogin(client, signal)).toLowerCase();
    return known;
  };
}

async function askLogin(client: Client, signal: AbortSignal): Promise<string> {
  const app = await client.asApp((access) => access.app(), signal);
  if (app !== undefined) return `${textAt(app, "slug")}[bot]`;
  const about = { doing: "Ask who these credentials belong to", needs: "metadata: read" };
  try {
    const { data } = await client.call({ route: "GET /user", ...about }, signal);
    const login = textAt(data, "login");
    if (login !== "") return login;
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== "permission") throw error;
  }
  const viewer = await client.graphql("query { viewer { login } }", {}, about, signal);
  const login = textAt(valueAt(viewer, "viewer"), "login");
  if (login !== "") return login;
  throw new ForgeError(`${about.doing}: GitHub does not say.`, { code: "auth", next: "person" });
}
