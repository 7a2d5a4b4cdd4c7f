/** Prints each figure beside its budget as a ratio: below 1 is within it. Nothing here fails. */
export function say(what: string, value: number, budget: number, unit: string): void {
  const ratio = budget === 0 ? (value === 0 ? "0.00" : "over") : (value / budget).toFixed(2);
  process.stdout.write(
    `${what.padEnd(58)} ${String(Math.round(value * 100) / 100).padStart(8)} ${unit.padEnd(6)} budget ${budget}  ratio ${ratio}\n`,
  );
}
