import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { onKeptPort } from "../../src/compose/kept-port.ts";
import { listen } from "../../src/sim/listen.ts";
import { inFolder } from "../support/folder.ts";
import { suite } from "../support/suite.ts";

const test = suite("compose/kept-port");

test("a server starts again where it was, elsewhere when that is taken, and where nothing sensible is remembered", () =>
  inFolder(async (folder) => {
    const file = join(folder, "port");
    const start = () => onKeptPort(file, (port) => listen((_request, response) => response.end(), port));
    const first = await start();
    await first.close();
    const again = await start();
    assert.is(again.url, first.url);
    const beside = await start();
    assert.is.not(beside.url, first.url);
    assert.is(await readFile(file, "utf8"), new URL(beside.url).port);
    await again.close();
    await beside.close();
    await writeFile(file, "70000 or so");
    await (await start()).close();
  }));

test.run();
