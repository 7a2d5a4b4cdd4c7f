import type { CelValue } from "@bufbuild/cel";
import { isCelList, isCelMap } from "@bufbuild/cel";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { compile } from "../../src/policy/language/expression.ts";
import { openBudget } from "../../src/policy/language/meter.ts";
import { celOf } from "../../src/policy/language/values.ts";

/** What an expression gives over an object, as JSON; a text that begins with `fault:` or `error:` when it gives nothing. */
export function evaluate(expression: string, object: JsonObject = {}, units = 1_000_000): Json {
  const compiled = compile(expression, { roots: ["object", "variables"], variables: ["known"] });
  if ("message" in compiled) return `fault: ${compiled.message} ${compiled.hint}`.trim();
  openBudget(units);
  const answer = compiled.run({ object: celOf(object), variables: celOf({ known: 1 }) });
  if (answer.kind === "exceeded") return "exceeded";
  return answer.kind === "error" ? `error: ${answer.message}` : plain(answer.value);
}

/** A value of the language as JSON; integers as numbers. */
function plain(value: CelValue): Json {
  if (typeof value === "bigint") return Number(value);
  if (isCelList(value)) return [...value].map(plain);
  if (isCelMap(value))
    return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner as CelValue)]));
  return typeof value === "object" && value !== null ? String(value) : value;
}
