/** A piece of a text: plain, or a key of a Secret whose value stands there at boot. */
export type Part = string | { readonly secret: string; readonly key: string };

/**
 * Puts variables where a text names them, by the rule of Kubernetes: `$(NAME)` is its value, `$$` a dollar sign, and a name that nothing
 * has stays as it is written.
 */
export function expand(text: string, lookUp: (name: string) => readonly Part[] | undefined): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(/\$\$|\$\(([^)]*)\)/g)) {
    const [whole, name] = found;
    const value = name === undefined ? ["$"] : (lookUp(name) ?? [whole]);
    parts.push(text.slice(end, found.index), ...value);
    end = found.index + whole.length;
  }
  return joined([...parts, text.slice(end)]);
}

/** Plain pieces beside each other are one; there is always at least one piece. */
function joined(parts: readonly Part[]): readonly Part[] {
  const all: Part[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (typeof part === "string" && typeof last === "string") all[all.length - 1] = last + part;
    else if (part !== "") all.push(part);
  }
  return all.length === 0 ? [""] : all;
}

/** A text that no secret stands in; undefined for any other. */
export function plainText(parts: readonly Part[]): string | undefined {
  const [only, ...rest] = parts;
  return rest.length === 0 && typeof only === "string" ? only : undefined;
}
