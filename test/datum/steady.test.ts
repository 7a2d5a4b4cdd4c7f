import * as fc from "fast-check";
import * as assert from "uvu/assert";
import type { CheckResult, ParsedFile } from "../../src/datum/check.ts";
import { generatedFleet } from "../bench/manifests.ts";
import { suite } from "../support/suite.ts";
import { projectChecker } from "../support/worlds.ts";

const test = suite("steady checks");

type Step = readonly [what: number, file: number, other: number];

/** What somebody may do to a file: the first word is whole enough to keep names, others take names, cities or form away. */
const edits: readonly ((text: string, other: string) => string | undefined)[] = [
  (text) => `# note\n${text}`,
  (text) => text.replace(/port: (\d+)/, "port: 99999"),
  (text) => text.replace(/name: net-\d+/, "name: net-elsewhere"),
  (text) => text.replace(/\n {2}name: (\S+)/, "\n  name: $1-renamed"),
  (text) => text.replace(/city-code: \w+/, "city-code: ZZZ"),
  (text) => text.replace(/kind: \w+/, "kind: Network"),
  (text) => text.replace("metadata:", "metadate:"),
  (text) => `${text}---\n${text}`,
  (text) => `${text}\n\t- [`,
  (_, other) => other,
  () => undefined,
];

const encoder = new TextEncoder();

function plain({ documents, problems, counts }: CheckResult): unknown {
  return { problems, counts, documents: documents.map(({ file, index, content }) => [file, index, content]) };
}

test("whatever happened before, a check says what a fresh one says", () => {
  const fleet = generatedFleet(60);
  const steady = projectChecker();
  const steps = fc.array(fc.tuple(fc.nat(edits.length - 1), fc.oneof(fc.nat(59), fc.nat(9)), fc.nat(59)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(steps, (all: readonly Step[]) => {
      const texts = new Map(fleet);
      const parsed = new Map([...texts].map(([file, text]) => [file, steady.parse(file, encoder.encode(text))]));
      let last = steady.check([...parsed.values()]);
      for (const [what, file, other] of all) {
        const names = [...texts.keys()];
        const [path, from] = [names[file % names.length] ?? "", names[other % names.length] ?? ""];
        const text = edits[what]?.(texts.get(path) ?? "", texts.get(from) ?? "");
        if (text === undefined && texts.size > 1) {
          texts.delete(path);
          parsed.delete(path);
        } else if (text !== undefined) {
          texts.set(path, text);
          parsed.set(path, steady.parse(path, encoder.encode(text)));
        }
        last = steady.check([...parsed.values()]);
      }
      const alone = projectChecker();
      const files = [...texts].map(([file, text]): ParsedFile => alone.parse(file, encoder.encode(text)));
      assert.equal(plain(last), plain(alone.check(files)));
    }),
    { numRuns: 16 },
  );
}, 120_000);

test.run();
