import type { JsonObject } from "../../core/json.ts";
import { readAccessOptions } from "./access-rules.ts";
import { ByHandFailure } from "./by-hand.ts";

/** Takes a permission from everybody in a simulated world, or gives it back. */
export function setPermission(url: string, permission: string, isGranted: boolean): Promise<void> {
  if (!/^[a-z]+(\.[a-zA-Z]+)+$/.test(permission)) throw new ByHandFailure(`${permission} is no permission.`);
  return change(url, "denied", permission, !isGranted);
}

/** Switches a service off or on again: `secretmanager.googleapis.com`, or `secretmanager` for short. */
export function setService(url: string, service: string, isOn: boolean): Promise<void> {
  const host = service.includes(".") ? service : `${service}.googleapis.com`;
  return change(url, "disabledServices", host, !isOn);
}

/** Sets the limit of a quota metric in every region; an empty value lifts it. */
export async function setQuota(url: string, metric: string, limit: string): Promise<void> {
  if (limit !== "" && !/^\d+(\.\d+)?$/.test(limit)) throw new ByHandFailure(`${limit} is no number.`);
  const { [metric]: _, ...others } = await ask(url, "GET", "quotas");
  await ask(url, "POST", "quotas", limit === "" ? others : { ...others, [metric]: Number(limit) });
}

async function change(
  url: string,
  list: "denied" | "disabledServices",
  value: string,
  isListed: boolean,
): Promise<void> {
  const before = readAccessOptions(await ask(url, "GET", "access"));
  const rest = (before[list] ?? []).filter((one) => one !== value);
  await ask(url, "POST", "access", { ...before, [list]: isListed ? [...rest, value] : rest } as JsonObject);
}

async function ask(url: string, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_control/${path}`, init).catch(() => undefined);
  if (answer?.ok !== true) throw new ByHandFailure(`No simulator answers at ${url}.`);
  return (await answer.json()) as JsonObject;
}
