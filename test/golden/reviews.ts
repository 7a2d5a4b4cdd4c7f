import { join } from "node:path";
import type { Change } from "../../src/core/change.ts";
import { planMark } from "../../src/report/commit-status.ts";
import { reviewMarkdown } from "../../src/report/review.ts";
import { splitMarkdown } from "../../src/report/split.ts";
import { hostile, planned, replacing } from "../report/review-samples.ts";
import { change } from "../report/samples.ts";
import { root } from "../support/worlds.ts";

/** Where reviews are kept that no fleet of this size or malice could be asked for. */
export const reviewFolder = join(root, "test", "golden", "reviews");

function alike(index: number): Change {
  return { ...replacing(index, "bootDisk.image cannot change in place"), fields: replacing(0, "debian-13").fields };
}

/** Comments as people would read them, part by part, by file name. */
export function reviewGoldens(): ReadonlyMap<string, string> {
  const many = planned(Array.from({ length: 2_000 }, (_, index) => replacing(index, `b${index}`)));
  const grown = planned(Array.from({ length: 2_000 }, (_, index) => alike(index)));
  const strange = planned([
    replacing(0, hostile),
    replacing(1, "\u202e\u{1f4a3} @team `code` [a](https://evil.example) | cell | -->"),
    change({ address: "gcp/instance/default/``` <script>", action: "create", fields: [] }),
  ]);
  const files = new Map<string, string>();
  for (const [name, report] of Object.entries({ many, grown, hostile: strange })) {
    for (const [index, part] of splitMarkdown(reviewMarkdown(report)).entries())
      files.set(`${name}-${index + 1}.md`, part);
    const { state, description } = planMark(report.outcome as NonNullable<typeof report.outcome>, report);
    files.set(`${name}-status.txt`, `${state}: ${description}\n`);
  }
  return files;
}
