import { createHash } from "node:crypto";
import { realpath, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Takes a directory for this process as the given world and gives the function that returns it. A socket is the lock because the system
 * closes it when the process dies, however it dies; a lock file would outlive a killed process.
 */
export async function lockDirectory(directory: string, world: string): Promise<() => Promise<void>> {
  const digest = createHash("sha256")
    .update(await realpath(directory))
    .digest("hex");
  const path = join(tmpdir(), `plumbline-${world}-${digest.slice(0, 20)}.sock`);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(path);
    if (server !== undefined) return () => closed(server);
    if (await answers(path)) break;
    await unlink(path).catch(() => undefined);
  }
  throw new Error(`The data directory ${directory} is in use by another simulator.`);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
