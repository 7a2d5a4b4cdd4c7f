import type { OnProgress } from "../core/progress.ts";
import { emptyPicture, lastingLine, nextPicture, pictureLines } from "../report/display.ts";
import type { Look } from "../report/palette.ts";
import { progressLine } from "../report/progress.ts";
import type { Shell } from "../shell.ts";

/** How often the display on a terminal is drawn again. */
const redrawMs = 100;

/** Shows what goes on while a pass runs: a display redrawn in place on a terminal, plain lines elsewhere. */
export function createProgress(shell: Shell, look: Look, isWanted: boolean): { onEvent: OnProgress; clear(): void } {
  const { stderr } = shell;
  if (!stderr.isTerminal) {
    return {
      onEvent(event) {
        const line = isWanted ? progressLine(event, look.palette) : undefined;
        if (line !== undefined) stderr.write(`${line}\n`);
      },
      clear: () => undefined,
    };
  }
  let picture = emptyPicture;
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  function erase(): void {
    if (drawn > 0) stderr.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  }

  function draw(): void {
    erase();
    const lines = pictureLines(picture, look, performance.now());
    if (lines.length > 0) stderr.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  }

  function clear(): void {
    clearInterval(timer);
    timer = undefined;
    erase();
  }

  return {
    onEvent(event) {
      picture = nextPicture(picture, event, performance.now());
      const line = lastingLine(event, look);
      if (line !== undefined) {
        erase();
        stderr.write(`${line}\n`);
      }
      if (event.kind === "pass-finished") {
        clear();
        return;
      }
      // A look that ends at once shows nothing: only what is carried out is worth a display.
      if (picture.total === 0 && timer === undefined) return;
      timer ??= setInterval(draw, redrawMs);
      timer.unref();
      draw();
    },
    clear,
  };
}
