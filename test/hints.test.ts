import * as assert from "uvu/assert";
import { createHints } from "../src/hints.ts";
import type { Provider } from "../src/providers/provider.ts";
import { createMemoryWorld } from "./support/memory-world.ts";
import { entry } from "./support/planning.ts";
import { fleet, resource } from "./support/resources.ts";
import { suite } from "./support/suite.ts";

const test = suite("hints");

/** A provider that says which realms it watches now. */
function watching(): { readonly provider: Provider; readonly open: string[]; hint(): void } {
  const open: string[] = [];
  let onHint: () => void = () => undefined;
  const provider: Provider = {
    ...createMemoryWorld().provider,
    watch(scope, hint) {
      const name = scope.realms.join(",");
      open.push(name);
      onHint = hint;
      return async () => void open.splice(open.indexOf(name), 1);
    },
  };
  return { provider, open, hint: () => onHint() };
}

test("watches what is owned, follows it, and stops", async () => {
  const { provider, open, hint } = watching();
  let hints = 0;
  const watches = createHints(fleet, [provider, createMemoryWorld("other").provider], () => {
    hints += 1;
  });
  await watches.follow([]);
  assert.equal(open, [], "nothing owned, nothing watched");
  const web = entry(resource({ name: "web" }));
  await watches.follow([web]);
  await watches.follow([web]);
  assert.equal(open, ["all"], "the same is watched once");
  hint();
  assert.is(hints, 1);
  await watches.follow([web, { ...web, address: "memory/instance/b/web", realm: "b" }]);
  assert.equal(open, ["all,b"]);
  await watches.follow([]);
  assert.equal(open, []);
  await watches.follow([web]);
  await watches.stop();
  assert.equal(open, []);
});

test.run();
