import type { Finding, Policy } from "./policy-set.ts";
import { objectAt, type Subject, textAt } from "./subject.ts";

/** `plumbline.dev/policy-exception: "<policy>: reason"`; more than one stand on lines of their own or after a semicolon. */
export const exceptionAnnotation = "plumbline.dev/policy-exception";

const path = ["metadata", "annotations", exceptionAnnotation];

/** Which policies a manifest asks to be excused from, with its reasons; undefined when it asks for nothing. */
export function exceptionsOf(subject: Subject): ReadonlyMap<string, string> | undefined {
  const manifest = subject.object ?? subject.oldObject ?? {};
  const text = textAt(objectAt(objectAt(manifest, "metadata"), "annotations"), exceptionAnnotation);
  if (text.trim() === "") return undefined;
  const entries = text.split(/[;\n]/).map((entry) => entry.trim());
  return new Map(
    entries
      .filter((entry) => entry !== "")
      .map((entry) => {
        const colon = entry.indexOf(":");
        return colon < 0 ? [entry, ""] : [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()];
      }),
  );
}

/** Turns violations that a manifest is excused from into exceptions, and says what is wrong with an excuse. */
export function excuse(
  found: readonly Finding[],
  exceptions: ReadonlyMap<string, string>,
  policies: readonly Policy[],
): readonly Finding[] {
  const granted = new Set<string>();
  const told: Finding[] = [];
  for (const [name, reason] of exceptions) {
    const policy = policies.find((one) => one.name === name && one.over === "manifests");
    const refusal: readonly [message: string, hint: string] | undefined =
      policy === undefined
        ? [`There is no policy ${name} to be excused from.`, "Remove it from the annotation, or correct the name."]
        : !policy.allowsExceptions
          ? [`The policy ${name} allows no exceptions.`, "Remove it from the annotation, and do as the policy says."]
          : reason === ""
            ? [`An exception from ${name} needs a reason.`, `Write "${name}: why" into the annotation.`]
            : undefined;
    if (refusal === undefined) granted.add(name);
    else told.push(finding(name, "warning", ...refusal));
  }
  const isExcused = ({ kind, policy }: Finding): boolean => kind === "violation" && granted.has(policy);
  const excused = found.filter(isExcused);
  return [
    ...found.filter((one) => !isExcused(one)),
    ...told,
    ...excused.map(({ policy, message }) =>
      finding(
        policy,
        "info",
        `Excused from ${policy} (${exceptions.get(policy)}): ${message}`,
        "Remove the exception from the annotation when it is no longer needed.",
      ),
    ),
  ];
}

function finding(policy: string, severity: Finding["severity"], message: string, hint: string): Finding {
  return { policy, kind: "exception", severity, message, hint, path, changes: [] };
}
