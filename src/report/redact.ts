import { digest } from "../core/identity.ts";
import { canonical, isObject, type Json } from "../core/json.ts";
import type { FieldChange, Written } from "../core/resource.ts";
import { withoutSecrets } from "./redact-text.ts";

type Rule = "secret" | "keys" | "script";

/** A rule applies to the field of that name and to everything below it. */
const rules: readonly (readonly [RegExp, Rule])[] = [
  [/^ssh-?keys$/i, "keys"],
  [/^(user-?data|startup-script.*|shutdown-script.*|cloud-?config|cloud-init.*)$/i, "script"],
  [/(password|passwd|passphrase|token|api-?key|private-?key|credentials?|secret-?(key|data|value)s?)$/i, "secret"],
  [/^(stringData|binaryData)$/, "secret"],
];

/** Words that name a reference to a secret, not the secret. */
const harmless = /(name|ref|refs|reference|file|path|env|kind|count|id)$/i;

/** The field change with every value that must not be shown replaced by what can be said of it. */
export function redactField<Change extends FieldChange>(kind: string, change: Change): Change {
  const { written } = change;
  const shown = written === undefined ? {} : { written: written.map(redactWritten) };
  return { ...change, ...redactPair(kind, change), ...shown };
}

function redactWritten(written: Written): Written {
  return { ...written, ...redactPair(written.manifest.split(" ")[0] ?? "", written) };
}

function redactPair(kind: string, { path, before, after }: Pick<FieldChange, "path" | "before" | "after">) {
  const steps = stepsOf(path);
  const rule = ruleOf(kind, steps);
  return { before: redact(kind, rule, steps, before), after: redact(kind, rule, steps, after) };
}

/** `metadata.items[ssh-keys]` and `metadata["ssh-keys"]` both end in the step `ssh-keys`. */
function stepsOf(path: string): readonly string[] {
  return path
    .split(/[.[\]]+/)
    .map((step) => step.replace(/^["']|["']$/g, ""))
    .filter((step) => step !== "");
}

function ruleOf(kind: string, steps: readonly string[]): Rule | undefined {
  if (/^secret/i.test(kind) && /^(data|stringData)$/.test(steps[0] ?? "")) return "secret";
  for (const step of steps) {
    const found = rules.find(([pattern]) => pattern.test(step));
    if (found !== undefined && !harmless.test(step)) return found[1];
  }
  return undefined;
}

function redact(
  kind: string,
  rule: Rule | undefined,
  steps: readonly string[],
  value: Json | undefined,
): Json | undefined {
  if (value === undefined || value === null) return value;
  if (rule !== undefined) return said(rule, value);
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map((inner) => redact(kind, undefined, steps, inner) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const below = [...steps, key];
      const decided = key === "value" ? (namedRule(value) ?? ruleOf(kind, below)) : ruleOf(kind, below);
      return [key, redact(kind, decided, below, inner) ?? null];
    }),
  );
}

/** `{key: "ssh-keys", value: …}` and `{name: "API_TOKEN", value: …}`: the neighbour names what the value is. */
function namedRule(value: Json): Rule | undefined {
  if (!isObject(value) || value.value === undefined) return undefined;
  const name = value.key ?? value.name;
  return typeof name === "string" ? ruleOf("", [name]) : undefined;
}

const already = /^\(.*(redacted|sha256).*\)$/;

/** Of a secret nothing is said: even a short hash would let a guess be checked. */
function said(rule: Rule, value: Json): Json {
  const text = typeof value === "string" ? value : canonical(value);
  if (already.test(text)) return text;
  if (rule === "secret") return "(redacted)";
  const hash = digest(text).slice(0, 8);
  if (rule === "keys") return `(redacted, sha256 ${hash})`;
  return `(${new TextEncoder().encode(text).length} bytes, sha256 ${hash})`;
}
