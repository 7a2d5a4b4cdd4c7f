interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields: readonly Field[] = [
  { name: "second", min: 0, max: 59, words: [] },
  { name: "minute", min: 0, max: 59, words: [] },
  { name: "hour", min: 0, max: 23, words: [] },
  { name: "day of month", min: 1, max: 31, words: [] },
  { name: "month", min: 1, max: 12, words: months },
  { name: "day of week", min: 0, max: 7, words: days },
];

/** What is wrong with a cron expression of five fields, or six with seconds first; empty when nothing is. */
export function cronFault(expression: string): string {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) {
    return `must have five fields, or six with seconds first; it has ${expression.trim() === "" ? 0 : parts.length}`;
  }
  const used = fields.slice(fields.length - parts.length);
  for (const [index, field] of used.entries()) {
    for (const item of (parts[index] ?? "").split(",")) {
      if (!isItem(item, field)) return `has a ${field.name} that is not in ${field.min}-${field.max}`;
    }
  }
  return "";
}

function isItem(item: string, field: Field): boolean {
  const [range = "", step, ...rest] = item.split("/");
  if (rest.length > 0) return false;
  if (step !== undefined && !(/^\d{1,2}$/.test(step) && Number(step) >= 1)) return false;
  if (range === "*") return true;
  const ends = range.split("-");
  if (ends.length > 2) return false;
  const values = ends.map((end) => numberOf(end, field));
  return values.every((value) => value >= field.min && value <= field.max) && (values[0] ?? 0) <= (values.at(-1) ?? 0);
}

function numberOf(text: string, field: Field): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const place = field.words.indexOf(text.toLowerCase());
  return place < 0 ? Number.NaN : place + field.min;
}
