/** An age key with the recipient it answers to. */
export interface AgeKey {
  readonly recipient: string;
  readonly key: string;
}

const plainKey = /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/;

/** The keys of a text as age-keygen writes it: one a line, `#` begins a comment. What is no plain age key is passed over. */
export function keysIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim().toUpperCase())
    .filter((line) => plainKey.test(line));
}

/** The keys with their recipients, each once. A mistyped key answers to nobody and is left out. */
export async function ageKeysOf(texts: readonly string[]): Promise<readonly AgeKey[]> {
  const keys = [...new Set(texts.flatMap(keysIn))];
  if (keys.length === 0) return [];
  const { identityToRecipient } = await import("age-encryption");
  const found = await Promise.all(
    keys.map(async (key): Promise<readonly AgeKey[]> => {
      try {
        return [{ key, recipient: await identityToRecipient(key) }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}
