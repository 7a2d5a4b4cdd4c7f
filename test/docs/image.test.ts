import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("docs/image");
const text = readFileSync(join(root, "Dockerfile"), "utf8");

test("everything that is copied from the checkout exists", () => {
  const copied = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((match) =>
    (match[1] ?? "").trim().split(/\s+/).slice(0, -1),
  );
  assert.ok(copied.length > 3);
  assert.equal(
    copied.filter((path) => !path.startsWith("--") && !existsSync(join(root, path))),
    [],
  );
});

test("it is made in stages, runs as nobody in particular, and says how it feels", () => {
  assert.ok([...text.matchAll(/^FROM /gm)].length >= 2);
  assert.match(text, /^USER (?!root)/m);
  assert.match(text, /^HEALTHCHECK /m);
  assert.match(text, /\bgit\b/);
});

test.run();
