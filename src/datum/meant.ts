import { nearest } from "../core/nearest.ts";

/** Spellings of the name of what a volume or a variable reads: upstream has two, side by side. */
const nameFields = ["name", "secretName", "configMapName"];

/** The field that was meant by one that is not known: the nearest, or the one that says more or less of the same. */
export function meantField(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  if (near !== undefined) return near;
  const alike = candidates.filter((candidate) => isAlike(word, candidate) || isAlike(candidate, word));
  return alike.length === 1 ? alike[0] : undefined;
}

/** Says whether a word is half of another or more: its beginning or its end. */
function isAlike(part: string, whole: string): boolean {
  if (nameFields.includes(part) && nameFields.includes(whole)) return true;
  const [short, long] = [part.toLowerCase(), whole.toLowerCase()];
  return short.length >= 4 && short.length * 2 >= long.length && (long.startsWith(short) || long.endsWith(short));
}
