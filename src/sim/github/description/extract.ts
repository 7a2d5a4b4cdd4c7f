import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { deliveries, operations } from "./operations.ts";

// Writes subset.ts anew from GitHub's own description: npm run github:description. The review reads the difference.

const folder = dirname(createRequire(import.meta.url).resolve("@octokit/openapi/package.json"));
const whole = JSON.parse(readFileSync(join(folder, "generated", "api.github.com.json"), "utf8")) as JsonObject;
const needed = new Set<string>();

/** The part of the description that a JSON pointer such as `#/components/schemas/x` names. */
function target(pointer: string): JsonObject {
  let value: Json = whole;
  for (const step of pointer.slice(2).split("/")) value = (value as JsonObject)[step.replaceAll("~1", "/")] ?? null;
  return value as JsonObject;
}

const annotations = new Set(["description", "example", "examples", "title", "externalDocs", "deprecated", "x-github"]);

/** A schema of OpenAPI 3.0 as one of JSON Schema: `nullable` becomes a type, annotations go. */
function converted(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(converted);
  if (!isObject(schema)) return schema;
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    needed.add(schema.$ref);
    return { $ref: `#/definitions/${name}` };
  }
  const kept = Object.entries(schema).filter(([key]) => !annotations.has(key) && key !== "nullable");
  const plain: Record<string, Json> = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "properties" && isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, converted(inner)]))
        : key === "enum" || key === "required" || key === "default" || key === "pattern"
          ? value
          : converted(value),
    ]),
  );
  if (schema.nullable !== true) return plain;
  if (Array.isArray(plain.enum)) plain.enum = [...new Set([...plain.enum, null])];
  if (typeof plain.type === "string") return { ...plain, type: [plain.type, "null"] };
  return { anyOf: [plain, { type: "null" }] };
}

function bodySchema(holder: JsonObject | undefined): Json | undefined {
  const content = holder?.content;
  const json = isObject(content) ? content["application/json"] : undefined;
  return isObject(json) && json.schema !== undefined ? converted(json.schema) : undefined;
}

function resolved(holder: Json | undefined): JsonObject | undefined {
  if (!isObject(holder)) return undefined;
  return typeof holder.$ref === "string" ? target(holder.$ref) : holder;
}

const described = operations.map((operation) => {
  const [method = "", path = ""] = operation.split(" ");
  const found = ((whole.paths as JsonObject)[path] as JsonObject)[method.toLowerCase()] as JsonObject;
  const responses = Object.entries(found.responses as JsonObject).flatMap(([code, holder]) => {
    const schema = bodySchema(resolved(holder));
    return /^2/.test(code) ? [[code, schema ?? null] as const] : [];
  });
  const request = bodySchema(resolved(found.requestBody));
  return [operation, { ...(request !== undefined && { request }), responses: Object.fromEntries(responses) }] as const;
});
const payloads = deliveries.map((name) => {
  const hook = (whole["x-webhooks"] as JsonObject)[name] as JsonObject;
  return [name, bodySchema(resolved((hook.post as JsonObject).requestBody)) ?? null] as const;
});
const definitions: Record<string, Json> = {};
for (const pointer of needed) definitions[pointer.split("/").at(-1) ?? ""] = converted(target(pointer));
const subset = { operations: Object.fromEntries(described), deliveries: Object.fromEntries(payloads), definitions };
const text = JSON.stringify(JSON.stringify(subset));
writeFileSync(
  new URL("subset.ts", import.meta.url),
  `/** What is used of GitHub's own description of its API, as JSON. Written by extract.ts. */\nexport const subsetText =\n  ${text};\n`,
);
