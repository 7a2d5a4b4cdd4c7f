import { nearest } from "../core/nearest.ts";

/** What can be asked for in a comment. */
export type Request =
  | { readonly name: "plan"; readonly commit: string | undefined }
  | { readonly name: "approve"; readonly planId: string }
  | { readonly name: "accept" | "revert"; readonly addresses: readonly string[] }
  | { readonly name: "apply" | "drift" | "hold" | "release" | "help" };

/** A comment that is no request, a request, or one that cannot be understood with the reason. */
export type Reading =
  | { readonly kind: "none" }
  | { readonly kind: "request"; readonly request: Request; readonly fleet?: string }
  | { readonly kind: "unknown"; readonly name: string; readonly message: string };

/** Every request with what it does, in the order of `/help`. */
export const requestHelp: readonly (readonly [usage: string, meaning: string])[] = [
  ["/plan [commit]", "look again; with the head's full id, plan a fork's commit"],
  ["/apply", "try the tracked branch again now"],
  ["/approve <plan id>", "lift the refusals of exactly this plan"],
  ["/drift", "say where reality differs from the tracked branch"],
  ["/accept [address …]", "open a pull request that writes drifted values into the manifests"],
  ["/revert [address …]", "put drift right now, whatever the drift policy says"],
  ["/hold", "apply nothing until /release"],
  ["/release", "end a hold"],
  ["/help", "list what can be said"],
];

const names = requestHelp.flatMap(([usage]) => /^\/([a-z]+)/.exec(usage)?.[1] ?? []);

/** Comments longer than this are talk, not requests. */
const longestLine = 400;

/**
 * Reads the first line of a comment that says anything. A request is a line that begins with a slash and a word; nothing in it is ever run.
 * A slash inside a text, a quoted line or a code block is no request.
 */
export function readRequest(body: string): Reading {
  const [first = "", ...rest] = body.replace(/^(?:[ \t]*\r?\n)+/, "").split(/\r?\n/);
  // Four spaces or a tab make it a block of code.
  if (/^(?: {4}| {0,3}\t)/.test(first)) return { kind: "none" };
  const line = first.trim();
  const match = /^\/([a-z][a-z-]*)(?:\s+(.*))?$/i.exec(line);
  if (match === null || line.length > longestLine) return { kind: "none" };
  const name = (match[1] ?? "").toLowerCase();
  if (!names.includes(name)) return unknown(name);
  const second = laterRequest(rest);
  if (second !== undefined) {
    const message = `One request in each comment: this one also holds /${second}, so nothing of it was done.`;
    return { kind: "unknown", name, message };
  }
  const { words, fleet } = readFleet(
    (match[2] ?? "")
      .replace("--fleet=", "--fleet ")
      .split(/\s+/)
      .filter((word) => word !== ""),
  );
  const reading = understand(name, words);
  return reading.kind !== "request" || fleet === undefined ? reading : { ...reading, fleet };
}

/** The name of a request in the lines below the first one, outside blocks of code. */
function laterRequest(lines: readonly string[]): string | undefined {
  let isInFence = false;
  for (const line of lines) {
    if (/^ {0,3}(?:```|~~~)/.test(line)) isInFence = !isInFence;
    const name = isInFence ? undefined : /^ {0,3}\/([a-z]+)(?=\s|$)/i.exec(line)?.[1]?.toLowerCase();
    if (name !== undefined && names.includes(name)) return name;
  }
  return undefined;
}

/** `--fleet NAME`, wherever it stands. */
function readFleet(words: readonly string[]): { readonly words: readonly string[]; readonly fleet?: string } {
  const at = words.indexOf("--fleet");
  const fleet = words[at + 1];
  return at < 0 || fleet === undefined
    ? { words }
    : { words: words.filter((_, index) => index !== at && index !== at + 1), fleet: unquoted(fleet).toLowerCase() };
}

function understand(name: string, words: readonly string[]): Reading {
  const [first] = words;
  if (name === "accept" || name === "revert")
    return { kind: "request", request: { name, addresses: words.map(unquoted) } };
  if (name === "approve") {
    const planId = unquoted(first ?? "").toLowerCase();
    if (words.length === 1 && /^[0-9a-f]{12}$/.test(planId)) return { kind: "request", request: { name, planId } };
    return {
      ...{ kind: "unknown", name },
      message: "/approve needs the id of the plan, 12 hex digits, as the comment above shows it.",
    };
  }
  if (name === "plan") {
    const commit = first === undefined ? undefined : unquoted(first).toLowerCase();
    if (words.length <= 1 && (commit === undefined || /^[0-9a-f]{40}$/.test(commit)))
      return { kind: "request", request: { name, commit } };
    return { kind: "unknown", name, message: "/plan takes nothing, or the full commit id of 40 hex digits." };
  }
  if (words.length > 0) return { kind: "unknown", name, message: `/${name} takes nothing after it.` };
  return { kind: "request", request: { name: name as "apply" } };
}

/** Says whether somebody means this address: without any word all are meant; the end of an address, such as a name, is enough. */
export function isNamed(address: string, words: readonly string[]): boolean {
  return words.length === 0 || words.some((word) => address === word || address.endsWith(`/${word}`));
}

/** Only what looks like a slip is answered: other programs read slashes too. */
function unknown(name: string): Reading {
  const close = nearest(name, names);
  return close === undefined
    ? { kind: "none" }
    : { kind: "unknown", name, message: `There is no /${name}. Did you mean /${close}?` };
}

function unquoted(word: string): string {
  return word.replace(/^`+|`+$/g, "");
}
