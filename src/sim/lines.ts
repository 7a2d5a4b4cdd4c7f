import { readFileSync } from "node:fs";
import { isObject, type JsonObject } from "../core/json.ts";

/** A line that a killed process left half written was never answered, so it is dropped. */
export function readLines(path: string): readonly JsonObject[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line, index) => {
    try {
      const value: unknown = JSON.parse(line);
      return isObject(value) ? [value] : [];
    } catch {
      if (index === lines.length - 1) return [];
      throw new Error(`The journal ${path} is damaged in line ${index + 1}.`);
    }
  });
}
