import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { caseNames, play, resultPath } from "./play.ts";
import { reviewFolder, reviewGoldens } from "./reviews.ts";

const chosen = process.argv.slice(2);

for (const name of caseNames().filter((each) => chosen.length === 0 || chosen.includes(each))) {
  const files = await play(name);
  rmSync(dirname(resultPath(name, "x")), { recursive: true, force: true });
  mkdirSync(dirname(resultPath(name, "x")), { recursive: true });
  for (const [file, text] of files) writeFileSync(resultPath(name, file), text);
  process.stdout.write(`${name}: ${files.size} files\n`);
}

rmSync(reviewFolder, { recursive: true, force: true });
mkdirSync(reviewFolder);
for (const [file, text] of reviewGoldens()) writeFileSync(join(reviewFolder, file), text);
