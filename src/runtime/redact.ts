/** Takes known secrets, and what looks like one, out of text. */
export interface Redactor {
  /** Learns another secret, e.g. a token fetched while running. */
  add(secret: string): void;
  redact(text: string): string;
}

const mask = "[redacted]";

/** Shorter values would blank out ordinary words; such a secret is refused nowhere, so it is not hidden either. */
const minLength = 4;
const minEncodedLength = 8;

/** What is secret by its shape, whoever wrote it. The first group, if any, stays. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,})/g,
  /\bya29\.[A-Za-z0-9_-]{10,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\b((?:bearer|basic|token) )[A-Za-z0-9+/_.~=-]{16,}/gi,
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi,
];

/** Makes a redactor for known secrets: as they are, in URLs, in JSON, and in base64 at any offset. Pure text work: same text, same result. */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  const add = (secret: string): void => {
    for (const form of formsOf(secret)) forms.add(form);
    const longestFirst = [...forms].sort((left, right) => right.length - left.length);
    pattern = forms.size === 0 ? undefined : new RegExp(longestFirst.map(escaped).join("|"), "g");
  };
  for (const secret of secrets) add(secret);
  return {
    add,
    redact(text) {
      let clean = pattern === undefined ? text : text.replace(pattern, mask);
      for (const shape of shapes) {
        clean = clean.replace(
          shape,
          (_all, kept) => `${typeof kept === "string" ? kept : ""}${mask}${shape.source.endsWith("@") ? "@" : ""}`,
        );
      }
      return clean;
    },
  };
}

function formsOf(secret: string): readonly string[] {
  const trimmed = secret.trim();
  if (trimmed.length < minLength) return [];
  const forms = [trimmed, encodeURIComponent(trimmed), JSON.stringify(trimmed).slice(1, -1)];
  if (trimmed.length >= minEncodedLength) forms.push(...base64Forms(trimmed));
  // A key printed line by line is as secret as the whole.
  for (const line of trimmed.split(/\r?\n/))
    if (line.length >= 16 && line !== trimmed && !line.startsWith("-----")) forms.push(line);
  return forms;
}

/** The characters of base64 that depend on the secret alone, for each of its three places in a longer text, in both alphabets. */
function base64Forms(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = new Uint8Array(offset + bytes.length);
    padded.set(bytes, offset);
    const text = btoa(String.fromCharCode(...padded)).replace(/=+$/, "");
    const skip = offset === 0 ? 0 : offset + 1;
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = text.slice(skip, whole);
    forms.push(inner, inner.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
