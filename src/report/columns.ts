import { pad, widthOf } from "./text.ts";

/** A cell: its text, and how it is coloured once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lines of cells in columns two spaces apart, without trailing spaces. */
export function inColumns(rows: readonly (readonly (Cell | string)[])[], indent = ""): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, cell] of row.entries()) {
      // The last cell of a row needs no width: long notes must not push anything.
      if (index < row.length - 1) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell.text));
    }
  }
  return cells.map((row) => indent + lineOf(row, widths));
}

function lineOf(row: readonly Cell[], widths: readonly number[]): string {
  let last = row.length - 1;
  while (last > 0 && row[last]?.text === "") last -= 1;
  return row
    .slice(0, last + 1)
    .map((cell, index) => {
      const padded = index === last ? cell.text : pad(cell.text, widths[index] ?? 0);
      const painted = cell.paint?.(cell.text) ?? cell.text;
      return painted + padded.slice(cell.text.length);
    })
    .join("  ");
}
