/** What only the comments of the published protocol text say: server-filled fields, patterns, values missing from enums. */
export interface CommentFacts {
  /** `Message.field` of every field that is output only. */
  readonly outputOnly: ReadonlySet<string>;
  /** `Message.field` → pattern. */
  readonly patterns: Readonly<Record<string, string>>;
  /** `Message.Enum` → values the enum itself leaves out. */
  readonly extraValues: Readonly<Record<string, readonly string[]>>;
}

/** Reads the comments of `compute.proto`; one pass over its lines. */
export function readComments(text: string): CommentFacts {
  const outputOnly = new Set<string>();
  const patterns: Record<string, string> = {};
  const extraValues: Record<string, readonly string[]> = {};
  const open: string[] = [];
  let comment: string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line.startsWith("//")) {
      comment.push(line.slice(2).trim());
      continue;
    }
    const opened = /^(message|enum|oneof|service|rpc) (\w+)/.exec(line);
    const field = /^(?:optional |repeated )?(?:map<\w+, [\w.]+>|[\w.]+) (\w+) = \d+/.exec(line);
    if (opened !== null && line.endsWith("{")) {
      const values = opened[1] === "enum" ? extraOf(comment) : [];
      if (values.length > 0) extraValues[`${open.at(-1) ?? ""}.${opened[2]}`] = values;
      open.push(opened[2] ?? "");
    } else if (line.endsWith("{")) open.push("");
    else if (line === "}" || line === "};") open.pop();
    else if (field !== null) {
      const key = `${open.at(-1) ?? ""}.${jsonName(field[1] ?? "")}`;
      const said = comment.join(" ");
      if (/^(Output only\. )?\[Output[ -]Only\]|^Output only\./i.test(said)) outputOnly.add(key);
      const pattern = patternOf(said);
      if (pattern !== undefined) patterns[key] = pattern;
    }
    if (line !== "" || comment.length > 400) comment = [];
  }
  return { outputOnly, patterns, extraValues };
}

/** The JSON name of a field of the protocol text: `nat_i_p` is `natIP`. */
function jsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function extraOf(comment: readonly string[]): readonly string[] {
  const start = comment.findIndex((line) => line.startsWith("Additional supported values"));
  if (start < 0) return [];
  return comment.slice(start + 1).filter((line) => /^[A-Z][A-Z0-9_]*$/.test(line));
}

function patternOf(said: string): string | undefined {
  const found = /(?:regular expression|regex)\s*:?\s*`([^`]+)`/.exec(said)?.[1];
  if (found === undefined || !found.includes("[a-z]")) return undefined;
  try {
    new RegExp(`^(?:${found})$`);
    return found;
  } catch {
    return undefined;
  }
}
