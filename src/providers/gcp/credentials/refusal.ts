import { isObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import type { TokenAnswer } from "./wire.ts";

/** What a message about a refused token says. */
export interface Refused {
  /** Which credentials: `The service account key /etc/key.json`. */
  readonly label: string;
  readonly asked: string;
  /** What a person does about it. */
  readonly mend: string;
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly string[];
}

const longestReason = 240;
const longestWord = 48;

/** A token server's refusal: worth trying again when the server is at fault, a person's task when the credentials are. */
export function refusedToken(answer: TokenAnswer, { label, asked, mend, secrets }: Refused): ProviderError {
  const { status } = answer;
  if (status >= 500 || status === 429 || status === 408) {
    const message = `${asked.charAt(0).toUpperCase()}${asked.slice(1)} answered ${status}.`;
    return new ProviderError(message, { code: "unavailable", next: "retry" });
  }
  const reason = reasonOf(answer, secrets);
  const isClock = /iat|exp|timeframe|not yet valid|expired/i.test(reason) && /jwt|token|assertion/i.test(reason);
  const clock = isClock ? " The clock of this machine may be wrong." : "";
  const why = reason === "" ? `${status}` : `${status}: ${reason}`;
  const message = `${label}: ${asked} refused it (${why}).${clock} ${mend}.`;
  return new ProviderError(message, { code: "unauthenticated", next: "person" });
}

/** The server's own words, of either form, without what was sent and without anything that could be a token. */
function reasonOf({ json }: TokenAnswer, secrets: readonly string[]): string {
  const said = isObject(json.error)
    ? textAt(json.error, "message")
    : [textAt(json, "error"), textAt(json, "error_description")].filter((part) => part !== "").join(": ");
  const clean = secrets.reduce((text, secret) => (secret === "" ? text : text.replaceAll(secret, "…")), said);
  const words = clean.split(/\s+/).map((word) => (word.length > longestWord && !isName(word) ? "…" : word));
  return words.join(" ").slice(0, longestReason).replace(/\.+$/, "");
}

/** Permissions, accounts and resource names are long words that help. */
function isName(word: string): boolean {
  return /[@/]/.test(word) && word.length < 200 && !/[A-Za-z0-9_-]{49,}/.test(word);
}
