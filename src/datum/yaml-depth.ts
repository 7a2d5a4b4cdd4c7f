import type { CST } from "yaml";

/**
 * Where a parsed text first nests more than `limit` levels deep; undefined when it never does. The composer recurses for each
 * level, and a stack that runs full inside a regular expression ends the whole process: so this looks first, and does not recurse.
 */
export function deepOffset(root: CST.Token, limit: number): number | undefined {
  const waiting: [token: CST.Token, depth: number][] = [[root, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    if (depth > limit) return token.offset;
    if (token.type === "document") {
      if (token.value !== undefined) waiting.push([token.value, depth]);
    } else if ("items" in token) {
      for (const item of token.items) {
        if (item.key) waiting.push([item.key, depth + 1]);
        if (item.value) waiting.push([item.value, depth + 1]);
      }
    }
  }
  return undefined;
}

/** The tokens up to the first that nests too deeply, which is told instead. */
export function* untilDeep(
  tokens: Iterable<CST.Token>,
  limit: number,
  onDeep: (offset: number) => void,
): Generator<CST.Token, void> {
  for (const token of tokens) {
    const offset = deepOffset(token, limit);
    if (offset !== undefined) {
      onDeep(offset);
      return;
    }
    yield token;
  }
}
