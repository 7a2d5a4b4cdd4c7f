import type { Problem } from "../core/problem.ts";
import { type Path, type PolicyDocument, problemAt } from "./document.ts";
import { type Compiled, compile, placeOf } from "./language/expression.ts";
import type { Fault } from "./language/scan.ts";
import { planForm } from "./plan-view.ts";
import type { Named, Policy, Written } from "./policy-set.ts";

/** A validation ready to run. */
export interface CompiledValidation {
  readonly test: Compiled;
  readonly message: Compiled | undefined;
  readonly changes: Compiled | undefined;
  /** Fields of the object that it speaks of, directly or through variables, in the order of their writing. */
  readonly paths: readonly Path[];
}

/** A policy ready to run: every expression compiled once. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly matchConditions: readonly (readonly [name: string, test: Compiled])[];
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly (readonly [key: string, value: Compiled])[];
}

const manifestRoots = ["object", "oldObject", "request", "params", "namespaceObject", "variables"];
const planFields = { plan: planForm };
const planRoots = ["plan", "now", "params", "variables"];

/** Compiles a policy; tells every expression that is wrong, with its path in the document. */
export function compilePolicy(
  policy: Policy,
  onFault: (path: Path, written: Written, fault: Fault) => void,
): CompiledPolicy {
  const roots = policy.over === "plan" ? planRoots : manifestRoots;
  const fields = policy.over === "plan" ? planFields : {};
  const declared: string[] = [];
  const read = (written: Written, path: Path, variables: readonly string[]): Compiled => {
    const compiled = compile(written.text, { roots, variables, fields });
    if (!("message" in compiled)) return compiled;
    onFault(path, written, compiled);
    return { chains: [], run: () => ({ kind: "error", message: compiled.message, offset: compiled.offset }) };
  };
  const each = (field: string, expression: string, all: readonly Named[]) =>
    all.map((one, index): readonly [string, Compiled] => [
      one.name,
      read(one, ["spec", field, index, expression], declared),
    ]);
  const variables = new Map<string, Compiled>();
  for (const [index, variable] of policy.variables.entries()) {
    variables.set(variable.name, read(variable, ["spec", "variables", index, "expression"], [...declared]));
    declared.push(variable.name);
  }
  const validations = policy.validations.map((validation, index): CompiledValidation => {
    const at = (field: string): Path => ["spec", "validations", index, field];
    const maybe = (written: Written | undefined, field: string) =>
      written === undefined ? undefined : read(written, at(field), declared);
    const test = read(validation.expression, at("expression"), declared);
    return {
      test,
      message: maybe(validation.messageExpression, "messageExpression"),
      changes: maybe(validation.changesExpression, "changesExpression"),
      paths: pathsOf(test, variables, new Set()),
    };
  });
  return {
    policy,
    matchConditions: each("matchConditions", "expression", policy.matchConditions),
    variables,
    validations,
    auditAnnotations: each("auditAnnotations", "valueExpression", policy.auditAnnotations),
  };
}

function pathsOf(compiled: Compiled, variables: ReadonlyMap<string, Compiled>, seen: Set<string>): readonly Path[] {
  return compiled.chains.flatMap(([root, ...steps]): readonly Path[] => {
    if (root === "object") return [steps];
    const [first, ...inner] = steps;
    const name = first === undefined ? undefined : String(first);
    const variable = root === "variables" && name !== undefined ? variables.get(name) : undefined;
    if (name === undefined || variable === undefined || seen.has(name)) return [];
    // What stands behind a variable goes on where the variable's own path ends.
    return pathsOf(variable, variables, new Set([...seen, name])).map((path) => [...path, ...inner]);
  });
}

/** A faulty expression as a problem of its document, with the place inside the expression. */
export function expressionProblem(document: PolicyDocument, path: Path, written: Written, fault: Fault): Problem {
  const { line, column } = placeOf(written.text, fault.offset);
  const place = written.text.trim().includes("\n") ? `line ${line}, column ${column}` : `column ${column}`;
  return problemAt(
    document,
    path,
    "policy/expression",
    `${fault.message.replace(/\.?$/, "")}, at ${place} of the expression.`,
    fault.hint,
  );
}
