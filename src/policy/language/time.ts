import { type CelValue, celEnv, isCelError, parse, plan } from "@bufbuild/cel";

const read = plan(celEnv(), parse("timestamp(text)"));

/** A moment such as `2026-02-28T12:00:00Z` as the language sees it; null when the text is none. */
export function timestamp(text: string): CelValue {
  const value = read({ text } as never);
  return isCelError(value) ? null : value;
}
