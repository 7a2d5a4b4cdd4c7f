import colours from "picocolors";

/** Colours the words of a text; picocolors' `createColors()` fits. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
}

const same = (text: string): string => text;

/** No colours: for files, pipes and tests. */
export const plainPalette: Palette = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  blue: same,
  magenta: same,
  cyan: same,
};

/** How a text report looks. */
export interface Look {
  readonly palette: Palette;
  /** Columns that lines of prose are wrapped to. */
  readonly width: number;
}

/** Without colours, 96 columns. */
export const plainLook: Look = { palette: plainPalette, width: 96 };

/** The palette of a terminal, or none; whoever owns the terminal decides. */
export function paletteOf(coloured: boolean): Palette {
  return coloured ? colours.createColors(true) : plainPalette;
}
