/** What free text shows by its own form to be secret, as a whole. */
const keys = /-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1/;

/** Tokens that say whose they are. */
const tokens =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|ya29\.[\w-]{10,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g;

/** `password: …`, `"token": "…"`, `API_KEY=…`: the word before it names what the value is. A word such as `tokenFile` names none. */
const named =
  /((?:password|passwd|passphrase|token|api[-_]?key|private[-_]?key|secret(?:[-_]?(?:access[-_]?)?(?:key|value))?)["']?[ \t]*[:=][ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s"',;&()[\]{}][^\s,;&\]}]*)/gi;

/** Passwords in addresses. */
const addresses = /(:\/\/[^/\s:@]*:)[^@\s]+@/g;

const encoded = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const deepest = 3;

/** The text without the secrets that it shows by their own form, also where they are written in base64. */
export function withoutSecrets(text: string, depth = 0): string {
  if (keys.test(text) || isKey(text)) return "(redacted)";
  const plain = text.replace(tokens, "(redacted)").replace(named, "$1(redacted)").replace(addresses, "$1(redacted)@");
  if (depth === deepest) return plain;
  // Encoded lines of one length belong together.
  const joined = /^[\w+/=\s-]+$/.test(text) && /\s/.test(text.trim()) ? text.replace(/\s+/g, "") : "";
  if (joined !== "" && hides(joined, depth)) return "(redacted)";
  return plain.replace(encoded, (run) => (hides(run, depth) ? "(redacted)" : run));
}

function hides(run: string, depth: number): boolean {
  const decoded = decodedFrom(run);
  return decoded !== undefined && withoutSecrets(decoded, depth + 1) !== decoded;
}

function decodedFrom(run: string): string | undefined {
  try {
    return atob(run.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}

/** A private key without its armour: a DER sequence that begins with a version. Certificates do not. */
function isKey(text: string): boolean {
  return text.startsWith("0\x82") && text.slice(4, 6) === "\x02\x01" && text.charCodeAt(6) < 2;
}
