import { readFile, writeFile } from "node:fs/promises";

/** Starts a server on the port that a file remembers, else on any: links and clones keep working when it starts again. */
export async function onKeptPort<Started extends { readonly url: string }>(
  portFile: string,
  start: (port: number) => Promise<Started>,
): Promise<Started> {
  const remembered = Number(await readFile(portFile, "utf8").catch(() => "0"));
  const port = Number.isInteger(remembered) && remembered >= 0 && remembered < 65_536 ? remembered : 0;
  let started: Started;
  try {
    started = await start(port);
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    started = await start(0);
  }
  await writeFile(portFile, new URL(started.url).port);
  return started;
}
