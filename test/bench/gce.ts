import { computeFigures } from "./compute.ts";
import { say } from "./figures.ts";
import { simulatorFigures } from "./simulator.ts";

/** The figures of Compute Engine alone. */
if (process.argv[2] !== "simulator") await computeFigures(say);
await simulatorFigures(say);
