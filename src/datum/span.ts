const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a time such as `90s`, `10m` or `1h30m`, from a second to a day; undefined when it is none. */
export function spanMs(text: string): number | undefined {
  if (!/^(\d{1,6}[smh])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([smh])/g)];
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs], 0);
  return ms >= unitMs.s && ms <= 24 * unitMs.h ? ms : undefined;
}
