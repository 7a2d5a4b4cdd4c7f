import { type CelMap, type CelValue, celError, celMap, isCelList } from "@bufbuild/cel";
import type { Json } from "../core/json.ts";
import { faultSeverity, severityOf } from "./budgets.ts";
import type { CompiledPolicy, CompiledValidation } from "./compile.ts";
import { existingPath, type Path } from "./document.ts";
import type { Answer, Bindings, Compiled } from "./language/expression.ts";
import { placeOf } from "./language/expression.ts";
import type { Action, Finding, Written } from "./policy-set.ts";

/** What one evaluation of a policy found, before its budget is looked at. */
export type Findings = readonly Finding[] | "exceeded";

class Exceeded extends Error {
  override readonly name = "Exceeded";
}

/**
 * Evaluates one policy with given names: its conditions, then its validations and annotations.
 * A condition that is false skips the policy, whatever the other conditions say.
 */
export function evaluatePolicy(
  compiled: CompiledPolicy,
  actions: readonly Action[],
  roots: Bindings,
  object: Json | undefined,
): Findings {
  const { policy } = compiled;
  const bindings = { ...roots, variables: lazyVariables(compiled.variables, roots) };
  const run = (expression: Compiled): Exclude<Answer, { readonly kind: "exceeded" }> => {
    const answer = expression.run(bindings);
    if (answer.kind === "exceeded") throw new Exceeded();
    return answer;
  };
  try {
    const faults: Finding[] = [];
    for (const [index, [name, test]] of compiled.matchConditions.entries()) {
      const answer = run(test);
      if (answer.kind === "value" && answer.value === false) return [];
      if (answer.kind === "value" && answer.value === true) continue;
      const written = policy.matchConditions[index];
      faults.push(fault(compiled, actions, `the condition ${name}`, answer, written));
    }
    if (faults.length > 0) return faults;
    return [
      ...compiled.validations.flatMap((validation, index) =>
        evaluateValidation(compiled, actions, validation, index, run, object),
      ),
      ...compiled.auditAnnotations.flatMap(([key, expression], index) => {
        const answer = run(expression);
        if (answer.kind === "value" && typeof answer.value === "string") {
          return answer.value.trim() === "" ? [] : [audit(policy.name, key, answer.value.trim())];
        }
        if (answer.kind === "value" && answer.value === null) return [];
        return [fault(compiled, actions, `the audit annotation ${key}`, answer, policy.auditAnnotations[index])];
      }),
    ];
  } catch (error) {
    if (error instanceof Exceeded) return "exceeded";
    throw error;
  }
}

type Run = (expression: Compiled) => Exclude<Answer, { readonly kind: "exceeded" }>;

function evaluateValidation(
  compiled: CompiledPolicy,
  actions: readonly Action[],
  validation: CompiledValidation,
  index: number,
  run: Run,
  object: Json | undefined,
): readonly Finding[] {
  const { policy } = compiled;
  const written = policy.validations[index];
  const answer = run(validation.test);
  if (answer.kind === "value" && answer.value === true) return [];
  if (answer.kind !== "value" || answer.value !== false) {
    return [fault(compiled, actions, "a validation", answer, written?.expression)];
  }
  return [
    {
      policy: policy.name,
      kind: "violation",
      severity: severityOf(actions),
      message: messageOf(validation, written?.message ?? "", written?.expression.text ?? "", run),
      hint: policy.why,
      path: bestPath(validation.paths, object),
      changes: changesOf(validation.changes, run),
    },
  ];
}

/** The author's expression if it gives one line of text, else the author's message, else the expression that failed. */
function messageOf(validation: CompiledValidation, message: string, expression: string, run: Run): string {
  const answer = validation.message === undefined ? undefined : run(validation.message);
  const said = answer?.kind === "value" && typeof answer.value === "string" ? answer.value.trim() : "";
  if (said !== "" && !said.includes("\n")) return shorten(said);
  return message !== "" ? message : `failed expression: ${shorten(expression.replace(/\s+/g, " ").trim())}`;
}

function shorten(text: string): string {
  return text.length > mostText ? `${text.slice(0, mostText)}…` : text;
}

const mostText = 500;

function changesOf(expression: Compiled | undefined, run: Run): readonly string[] {
  const answer = expression === undefined ? undefined : run(expression);
  if (answer?.kind !== "value" || !isCelList(answer.value)) return [];
  return [...answer.value].filter((address) => typeof address === "string");
}

/** The first field that the validation speaks of and the manifest has; without one, as far as the manifest goes. */
function bestPath(paths: readonly Path[], object: Json | undefined): Path {
  const found = paths.map((path) => existingPath(object, path));
  const whole = found.find((path, index) => path.length > 0 && path.length === paths[index]?.length);
  return whole ?? found.reduce<Path>((best, path) => (path.length > best.length ? path : best), []);
}

function fault(
  { policy }: CompiledPolicy,
  actions: readonly Action[],
  what: string,
  answer: Exclude<Answer, { readonly kind: "exceeded" }>,
  written: Written | undefined,
): Finding {
  const reason =
    answer.kind === "error" ? answer.message : `it answers ${describe(answer.value)}, neither true nor false`;
  const offset = answer.kind === "error" ? answer.offset : undefined;
  const place = written === undefined || offset === undefined ? undefined : placeOf(written.text, offset);
  const where =
    place === undefined
      ? ""
      : place.line === 1
        ? ` (column ${place.column} of its expression)`
        : ` (line ${place.line}, column ${place.column} of its expression)`;
  const effect = policy.failurePolicy === "Fail" ? "" : " It is passed over.";
  return {
    policy: policy.name,
    kind: "fault",
    severity: faultSeverity(policy.failurePolicy, actions),
    message: `The policy cannot be evaluated here: ${what} fails, ${shorten(reason)}${where}.${effect}`,
    hint: "Ask with has(…) or .?field before a field that may be missing.",
    path: [],
    changes: [],
  };
}

function describe(value: CelValue): string {
  return value === null
    ? "null"
    : isCelList(value)
      ? "a list"
      : typeof value === "object"
        ? "a map"
        : `a ${typeof value}`;
}

function audit(policy: string, key: string, value: string): Finding {
  return {
    policy,
    kind: "audit",
    severity: "info",
    message: `${policy}/${key}: ${shorten(value.replace(/\s+/g, " "))}`,
    hint: "The policy notes this down; there is nothing to put right.",
    path: [],
    changes: [],
  };
}

interface Lazy {
  readonly compiled: ReadonlyMap<string, Compiled>;
  readonly roots: Bindings;
  readonly known: Map<string, CelValue>;
}

const lazy = Symbol("lazy");

/** `variables.x`: evaluated when first asked for, once, with its error if it has one. The engine asks it as a map. */
const variablesMap = Object.create(celMap(new Map()), {
  get: {
    value(this: CelMap & { readonly [lazy]: Lazy }, name: string): CelValue | undefined {
      const { compiled, roots, known } = this[lazy];
      const value = known.get(name);
      const expression = compiled.get(name);
      if (value !== undefined || expression === undefined) return value;
      const answer = expression.run({ ...roots, variables: this });
      const message = answer.kind === "error" ? answer.message : "the cost limit is exceeded";
      const made = answer.kind === "value" ? answer.value : errorOf(`variables.${name}: ${message}`);
      known.set(name, made);
      return made;
    },
  },
  has: {
    value(this: CelMap & { readonly [lazy]: Lazy }, name: string): boolean {
      return this[lazy].compiled.has(name);
    },
  },
}) as CelMap;

function lazyVariables(compiled: ReadonlyMap<string, Compiled>, roots: Bindings): CelMap {
  const state: Lazy = { compiled, roots, known: new Map() };
  return Object.assign(Object.create(variablesMap) as CelMap, { [lazy]: state });
}

/** The engine hands errors on as values. */
function errorOf(message: string): CelValue {
  return celError(message) as unknown as CelValue;
}
