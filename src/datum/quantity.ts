const suffixes: Readonly<Record<string, bigint>> = {
  "": 1000n,
  k: 1_000_000n,
  M: 1_000_000_000n,
  G: 1_000_000_000_000n,
  T: 1_000_000_000_000_000n,
  P: 1_000_000_000_000_000_000n,
  E: 1_000_000_000_000_000_000_000n,
  Ki: 1000n << 10n,
  Mi: 1000n << 20n,
  Gi: 1000n << 30n,
  Ti: 1000n << 40n,
  Pi: 1000n << 50n,
  Ei: 1000n << 60n,
  m: 1n,
};
const maxDigits = 30;

/** A Kubernetes quantity (`10Gi`, `500m`, `1e3`, 5) in thousandths; undefined when it is none. Fractions of a thousandth round up. */
export function quantityMillis(value: unknown): bigint | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d{1,2})|(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", , exponent, suffix = ""] = parts;
  if (whole + fraction === "" || whole.length + fraction.length > maxDigits) return undefined;
  const scale = suffixes[suffix];
  if (scale === undefined) return undefined;
  let numerator = BigInt(whole + fraction) * scale;
  let denominator = 10n ** BigInt(fraction.length);
  const power = Number(exponent ?? 0);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const rounded = (numerator + denominator - 1n) / denominator;
  return sign === "-" ? -rounded : rounded;
}

/** A quantity in whole Gi (2^30); undefined when it is no quantity or no whole number of them. */
export function quantityGib(value: unknown): number | undefined {
  const millis = quantityMillis(value);
  const gib = 1000n << 30n;
  return millis === undefined || millis % gib !== 0n ? undefined : Number(millis / gib);
}
