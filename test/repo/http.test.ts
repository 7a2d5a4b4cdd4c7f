import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openRepository } from "../../src/repo/index.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { startGitServer } from "../support/git-server.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const test = suite("HTTP of the repository room");
const signal = new AbortController().signal;

test("never sends a token over plain http to another machine", async () => {
  const repository = await openRepository({
    location: "http://git.example.invalid/fleet.git",
    stateDirectory: "/nonexistent",
    token: async () => "ghs_secret",
    pollIntervalMs: 1000,
    pollJitter: 0,
  });
  const error = await failure(repository.head("main", signal));
  assert.equal([error.code, error.next], ["insecure", "person"]);
  assert.not.match(error.message, "secret");
  await repository.close();
});

test("goes through the proxy of the environment", async () => {
  await inFolder(async (folder) => {
    await git(folder, "init", "--quiet", "fleet");
    const id = await commitFiles(join(folder, "fleet"), { "a.yaml": "1" });
    const server = await startGitServer(folder);
    const targets: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      targets.push(request.url ?? "");
      const onward = connect(Number(new URL(server.url("")).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [onward, socket]) end.on("error", () => end.destroy());
    });
    await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
    const before = { http_proxy: process.env.http_proxy, no_proxy: process.env.no_proxy };
    Object.assign(process.env, {
      http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      no_proxy: "",
    });
    const repository = await openRepository({
      location: "http://git.example.invalid/fleet/.git",
      stateDirectory: join(folder, "state"),
      pollIntervalMs: 1000,
      pollJitter: 0,
    });
    try {
      assert.is(await repository.head("main", signal), id);
      assert.equal([...new Set(targets)], ["git.example.invalid:80"]);
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await repository.close();
      await server.close();
      proxy.close();
    }
  });
});

test.run();
