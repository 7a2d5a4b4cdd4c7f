import { say } from "./figures.ts";
import { judging } from "./judging.ts";

await judging(say);
