import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { run, start } from "../support/program.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("docs/commands");

/** How a command that a document shows is tried. `here`: this file runs it on a running daemon, in the order of the document. */
const trials: readonly (readonly [command: RegExp, how: "here" | string])[] = [
  [/^npm ci$/, ".ci/run, on every clean checkout"],
  [/^npm start$/, "test/e2e/daemon.test.ts starts what it starts"],
  [/^npm test$/, ".ci/run"],
  [/^npm run (check|golden|bench|coverage|test:faults)$/, "the scripts test below"],
  [/^cd ~\/\.local\/state\/plumbline\/repository$/, "here"],
  [/^sed -i 's\/[^']+' web\.yaml && git commit -am ".+"$/, "here"],
  [/^npx plumbline (sim|doctor|plan|status|drift|validate|explain|schema|version)\b/, "here"],
  [/^git clone http:\/\/127\.0\.0\.1:PORT\/example\/fleet\.git && cd fleet && git switch -c [\w-]+$/, "here"],
  [/^sed -i 's\/[^']+' cache\.yaml && git commit -am ".+" && git push origin HEAD$/, "here"],
  [/^sops encrypt /, "no SOPS here: test/secrets/ opens files that it wrote"],
  [/^docker (build|run) /, "no container engine: test/docs/image.test.ts reads the Dockerfile"],
];

function shown(): readonly string[] {
  const documents = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
  return documents.flatMap((name) => {
    const blocks = readFileSync(join(root, name), "utf8").matchAll(/^```(?:sh|console)\n([\s\S]*?)^```/gm);
    return [...blocks].flatMap((block) =>
      (block[1] ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    );
  });
}

test("every command that a document shows is tried somewhere", () => {
  const untried = shown().filter((command) => !trials.some(([pattern]) => pattern.test(command)));
  assert.equal(untried, []);
  assert.ok(shown().length > 5);
});

test("every npm script that a document names exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].flatMap((name) =>
    [...readFileSync(join(root, name), "utf8").matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  assert.equal(
    named.filter((name) => scripts[name] === undefined),
    [],
  );
});

test(
  "the commands of the quickstart do what the document says",
  () =>
    inFolder(async (state) => {
      const daemon = start(["run", "--state", state]);
      await daemon.says(/Ctrl-C stops/, 60_000);
      const repository = join(state, "repository");
      const clone = join(state, "clone");
      for (const command of shown()) {
        const words = command.split(" ");
        if (command.startsWith("git clone ")) {
          await git(state, "clone", "-q", await projectUrl(state), clone);
          await git(clone, "switch", "-q", "-c", words.at(-1) ?? "");
        } else if (command.endsWith("git push origin HEAD")) {
          const [, expression = "", message = ""] = /'(.+?)'.*-am "(.+)" &&/.exec(command) ?? [];
          await substitute(clone, expression, "cache.yaml");
          await git(clone, "commit", "-qam", message);
          await git(clone, "push", "-q", "origin", "HEAD");
          await daemon.says(new RegExp(`#1 "${message}" reviewed: A merge will do this`));
        } else if (command.startsWith("sed ")) {
          const [, expression = "", message = ""] = /'(.+?)'.*-am "(.+)"$/.exec(command) ?? [];
          await git(repository, "config", "user.name", "Ada");
          await substitute(repository, expression);
          await git(repository, "commit", "-am", message);
          await daemon.says(new RegExp(`"${message}"  applied`));
        } else if (words[0] === "npx") {
          const result = await run([...words.slice(2), "--state", state]);
          assert.is(result.code, 0, `${command}: ${result.stderr}`);
        }
      }
      if (!daemon.text().includes("Changed behind our back")) await daemon.says(/Changed behind our back/, 30_000);
      daemon.signal("SIGINT");
      assert.is(await daemon.ended, 0);
    }),
  90_000,
);

/** Where the embedded GitHub has the example. */
async function projectUrl(state: string): Promise<string> {
  const { githubUrl } = JSON.parse(readFileSync(join(state, "worlds.json"), "utf8")) as { readonly githubUrl: string };
  return `${githubUrl}/example/fleet.git`;
}

/** What `sed -i s/a/b/ web.yaml` does, without a shell. */
async function substitute(repository: string, expression: string, name = "web.yaml"): Promise<void> {
  const [, before = "", after = ""] = expression.split("/");
  const { readFile, writeFile } = await import("node:fs/promises");
  const file = join(repository, name);
  const text = await readFile(file, "utf8");
  assert.ok(text.includes(before), `${name} says ${before}`);
  await writeFile(file, text.replace(before, after));
}

test.run();
