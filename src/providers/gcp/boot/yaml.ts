import { isObject, type Json } from "../../../core/json.ts";

/** Writes a value as YAML in a fixed form: block style, every text in double quotes as JSON writes it, fields in the order given. */
export function yamlText(value: Json): string {
  return `${lines(value).join("\n")}\n`;
}

function lines(value: Json): readonly string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item) => indented("- ", lines(item)));
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) => {
      const inside = lines(inner);
      const nested = (Array.isArray(inner) || isObject(inner)) && Object.keys(inner).length > 0;
      return nested ? [`${name}:`, ...inside.map((line) => `  ${line}`)] : [`${name}: ${inside[0]}`];
    });
  }
  return [JSON.stringify(value)];
}

function indented(lead: string, inside: readonly string[]): readonly string[] {
  return inside.map((line, index) => (index === 0 ? `${lead}${line}` : `${" ".repeat(lead.length)}${line}`));
}
