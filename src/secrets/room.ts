import { isObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { type Document, pathText } from "../datum/document.ts";
import { secretDigest, secretValues } from "../datum/secret.ts";
import type { SecretLookup, SecretPayload } from "../providers/provider.ts";
import { type AgeKey, ageKeysOf } from "./age-keys.ts";
import { type Opened, openSops, recipientsOf } from "./sops.ts";

/** Where age keys come from, asked anew for every commit so that a rotated key is seen. */
export interface KeySource {
  /** Texts with keys. */
  readonly texts: readonly string[];
  /** Places that were named and gave none, as sentences free of secrets. */
  readonly faults: readonly string[];
}

/** Opens Secrets. What it opened is kept nowhere: it is opened again when a provider writes it. */
export interface SecretRoom {
  /** Says which of the used Secrets cannot be opened, and why, on their own lines; the others can be looked up from then on. */
  check(used: readonly Document[], all: readonly Document[]): Promise<readonly Problem[]>;
  readonly lookup: SecretLookup;
}

interface Known {
  readonly document: Document;
  /** Every document of its file. */
  readonly file: readonly Document[];
}

/** Secrets that can be looked up: those of the last commits that were decided. */
const mostKnown = 2_000;

/** Makes the room. `onOpened` hears every value that was opened, so that it can be hidden wherever something is written. */
export function createSecretRoom(keys: () => Promise<KeySource>, onOpened: (text: string) => void): SecretRoom {
  const known = new Map<string, Known>();
  const verdicts = new WeakMap<Document, { readonly keys: string; readonly problems: readonly Problem[] }>();

  async function judge(one: Known, ring: readonly AgeKey[], faults: readonly string[]): Promise<readonly Problem[]> {
    const opened = await open(one, ring);
    if ("fault" in opened) return [problemOf(one.document, opened, faults)];
    const { payload, problems } = payloadOf(one.document, opened.content);
    for (const value of Object.values(payload)) onOpened(new TextDecoder().decode(value));
    return problems;
  }

  return {
    async check(used, all) {
      const source = await keys();
      const ring = await ageKeysOf(source.texts);
      const names = ring.map(({ recipient }) => recipient).join();
      const problems: Problem[] = [];
      for (const document of new Set(used)) {
        const one = { document, file: all.filter(({ file }) => file === document.file) };
        remember(known, nameOf(document, secretDigest(document)), one);
        const before = verdicts.get(document);
        const found = before?.keys === names ? before.problems : await judge(one, ring, source.faults);
        verdicts.set(document, { keys: names, problems: found });
        problems.push(...found);
      }
      return problems;
    },
    async lookup(name, digest) {
      const one = known.get(`${name} ${digest}`);
      if (one === undefined) return undefined;
      const opened = await open(one, await ageKeysOf((await keys()).texts));
      return "fault" in opened ? undefined : payloadOf(one.document, opened.content).payload;
    },
  };
}

async function open({ document, file }: Known, ring: readonly AgeKey[]): Promise<Opened> {
  return isObject(document.content.sops) ? openSops(document, file, ring) : { content: document.content };
}

function nameOf({ namespace, name }: Document, digest: string): string {
  return `${namespace}/${name} ${digest}`;
}

function remember(known: Map<string, Known>, name: string, one: Known): void {
  known.delete(name);
  known.set(name, one);
  const oldest = known.size > mostKnown ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
}

/** The bytes under each key: `data` is base64, `stringData` is text. */
function payloadOf(
  document: Document,
  content: Document["content"],
): { readonly payload: SecretPayload; readonly problems: readonly Problem[] } {
  const payload: Record<string, Uint8Array> = {};
  const problems: Problem[] = [];
  for (const { key, part } of secretValues(document)) {
    const values = isObject(content[part]) ? content[part] : {};
    const text = String(values[key] ?? "");
    payload[key] = part === "data" ? Buffer.from(text, "base64") : Buffer.from(text, "utf8");
    if (part !== "data" || /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) continue;
    const message = `What SOPS encrypted under ${key} is not base64.`;
    problems.push({
      ...{ severity: "error", rule: "secret/sealed-base64", ...document.at([part, key]), path: pathText([part, key]) },
      ...{ message, hint: "Encode it, or write it under stringData; then encrypt it again." },
    });
  }
  return { payload, problems };
}

function problemOf(
  document: Document,
  { fault, recipients }: Extract<Opened, { readonly fault: string }>,
  faults: readonly string[],
): Problem {
  const list = recipients.length === 0 ? recipientsOf(document) : recipients;
  const words = {
    "no-key": [
      "secret/no-key",
      `No age key at hand opens the Secret; it is encrypted for ${list.join(", ")}.${faults.map((one) => ` ${one}`).join("")}`,
      "Give the daemon the key of one of these recipients: secrets.ageKeys in its configuration, or SOPS_AGE_KEY.",
    ],
    "no-recipient": [
      "secret/no-recipient",
      "The Secret is encrypted for nobody by age alone; other keys and key groups are not opened.",
      "Encrypt it with sops encrypt --age RECIPIENT.",
    ],
    damaged: [
      "secret/damaged",
      "The Secret cannot be decrypted although a key for it is at hand: it was damaged, or moved under another name.",
      "Encrypt it again with SOPS, or take back what was edited by hand.",
    ],
    changed: [
      "secret/changed",
      "The Secret was changed after SOPS sealed it: its MAC does not match what the file holds.",
      "Edit it with sops edit, or encrypt it again; keep other documents out of its file.",
    ],
  } as const;
  const [rule, message, hint] = words[fault];
  return { severity: "error", rule, ...document.at(["sops"]), path: "sops", message, hint };
}
