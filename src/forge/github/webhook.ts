import { createHmac, timingSafeEqual } from "node:crypto";
import { isObject, type Json } from "../../core/json.ts";
import type { ForgeHint } from "../forge.ts";
import { createMemory } from "./memory.ts";
import { numberAt, textAt, valueAt } from "./wire.ts";

/** What came to the webhook's address. Header names are in lower case, as Node gives them. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whom deliveries are for. */
export interface DeliveryPlace {
  /** `owner/name`; deliveries of other repositories are none of ours. */
  readonly label: string;
  /** The tracked branch; pushes elsewhere matter only through their pull requests. */
  readonly branch: string;
  /** While a secret is changed, the old and the new one hold. */
  readonly secrets: readonly string[];
}

/** A delivery: a hint, one that says nothing to us, or a refusal that is answered with its status. */
export type Delivery =
  | { readonly kind: "hint"; readonly hint: ForgeHint; readonly deliveryId: string }
  | { readonly kind: "ignored"; readonly reason: string; readonly deliveryId: string }
  | { readonly kind: "refused"; readonly status: 400 | 401 | 413; readonly reason: string };

/** GitHub's own limit. */
export const maxDeliveryBytes = 25 * 1024 * 1024;

const rememberedDeliveries = 10_000;

/** Reads one delivery. The signature over the very bytes is looked at before anything in them; never throws, whatever the bytes. */
export function readDelivery(headers: DeliveryHeaders, body: Uint8Array, place: DeliveryPlace): Delivery {
  if (body.byteLength > maxDeliveryBytes) return { kind: "refused", status: 413, reason: "The delivery is too large." };
  if (!isSigned(textHeader(headers, "x-hub-signature-256"), body, place.secrets)) {
    return { kind: "refused", status: 401, reason: "The signature does not fit." };
  }
  const deliveryId = textHeader(headers, "x-github-delivery").toLowerCase();
  if (!/^[0-9a-f-]{36}$/.test(deliveryId)) return { kind: "refused", status: 400, reason: "There is no delivery id." };
  const payload = parse(textHeader(headers, "content-type"), body);
  if (!isObject(payload)) return { kind: "refused", status: 400, reason: "The delivery is no JSON object." };
  const event = textHeader(headers, "x-github-event");
  const label = textAt(payload, "repository", "full_name");
  const isOurs = label.toLowerCase() === place.label.toLowerCase();
  const isElsewhere = label !== "" && !isOurs;
  if (isElsewhere && !isRenamed(event, payload, place.label)) {
    return { kind: "ignored", reason: "It is about another repository.", deliveryId };
  }
  const hint = hintOf(event, payload, place);
  return hint === undefined
    ? { kind: "ignored", reason: `Nothing to look at: ${eventName(event)}.`, deliveryId }
    : { kind: "hint", hint, deliveryId };
}

/** Remembers which deliveries were taken: one that is sent again says nothing new. */
export interface DeliveryLog {
  /** Whether the delivery was taken before. */
  has(deliveryId: string): boolean;
  /** To be called once the hint is kept: a delivery that was lost on the way may come again. */
  add(deliveryId: string): void;
}

/** Makes a log that forgets the oldest; a repeated hint costs a look, nothing else. */
export function createDeliveryLog(): DeliveryLog {
  const taken = createMemory<true>(rememberedDeliveries);
  return { has: (deliveryId) => taken.get(deliveryId) === true, add: (deliveryId) => taken.set(deliveryId, true) };
}

/** The signature that GitHub would send with these bytes. */
export function signatureOf(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Every secret is tried, whichever fits first, so that time tells nothing. */
function isSigned(signature: string, body: Uint8Array, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature);
  let isGood = false;
  for (const secret of secrets) {
    if (secret === "") continue;
    const expected = Buffer.from(signatureOf(secret, body));
    if (given.length === expected.length && timingSafeEqual(given, expected)) isGood = true;
  }
  return isGood;
}

function textHeader(headers: DeliveryHeaders, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

/** GitHub sends JSON, or the same as the field of a form. */
function parse(contentType: string, body: Uint8Array): Json | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const isForm = contentType.startsWith("application/x-www-form-urlencoded");
    return JSON.parse(isForm ? (new URLSearchParams(text).get("payload") ?? "") : text) as Json;
  } catch {
    return undefined;
  }
}

function isRenamed(event: string, payload: Json, label: string): boolean {
  const before = textAt(payload, "changes", "repository", "name", "from");
  const owner = textAt(payload, "repository", "owner", "login");
  return event === "repository" && `${owner}/${before}`.toLowerCase() === label.toLowerCase();
}

const pullActions: ReadonlySet<string> = new Set([
  ...["opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "edited", "closed"],
]);

/** Why it is time to look; undefined when the event changes nothing that is looked at. */
function hintOf(event: string, payload: Json, place: DeliveryPlace): ForgeHint | undefined {
  const action = textAt(payload, "action");
  switch (event) {
    case "push": {
      if (valueAt(payload, "deleted") === true) return undefined;
      const isTracked = textAt(payload, "ref") === `refs/heads/${place.branch}`;
      return isTracked ? { kind: "push", number: undefined } : undefined;
    }
    case "pull_request":
      return pullActions.has(action) ? { kind: "pull", number: numberOf(payload, "pull_request") } : undefined;
    case "issue_comment":
      return action === "created" ? { kind: "remark", number: numberOf(payload, "issue") } : undefined;
    case "check_run":
    case "check_suite":
      return action === "rerequested" || action === "requested_action"
        ? { kind: "pull", number: checked(payload, event) }
        : undefined;
    case "installation":
    case "installation_repositories":
    case "repository":
      return { kind: "other", number: undefined };
    default:
      return undefined;
  }
}

function numberOf(payload: Json, field: string): number | undefined {
  const number = numberAt(payload, field, "number") || numberAt(payload, "number");
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** The one pull request that a check belongs to; several, or a fork's, mean all of them. */
function checked(payload: Json, field: string): number | undefined {
  const pulls = valueAt(payload, field, "pull_requests");
  const [first] = Array.isArray(pulls) && pulls.length === 1 ? pulls : [];
  const number = numberAt(first, "number");
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** The event's name for a log, without anything that does not belong into one. */
function eventName(event: string): string {
  return /^[a-z_]{1,50}$/.test(event) ? event : "an unknown event";
}
