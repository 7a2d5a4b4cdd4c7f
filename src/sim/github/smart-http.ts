import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { runGit } from "./git.ts";

/** Serves one request of Git's smart HTTP from one repository. */
export async function serveGit(
  searchPath: string,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  user: string,
  beforeAnswer: () => Promise<void>,
): Promise<void> {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const isPacked = request.headers["content-encoding"] === "gzip";
  const input = isPacked ? gunzipSync(body) : body;
  const { output } = await runGit(searchPath, ["http-backend"], {
    input,
    env: {
      GIT_PROJECT_ROOT: dirname(folder),
      GIT_HTTP_EXPORT_ALL: "1",
      // Any name here lets pushes through; who may push was decided before.
      REMOTE_USER: user,
      PATH_INFO: `/${basename(folder)}${path.replace(/^\/[^/]+\/[^/]+(?=\/)/, "")}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: String(input.length),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  await beforeAnswer();
  const cut = output.indexOf("\r\n\r\n");
  const head = output.toString("latin1", 0, Math.max(0, cut));
  response.writeHead(Number(/^Status: (\d+)/im.exec(head)?.[1] ?? (cut === -1 ? 500 : 200)), {
    "content-type": /^Content-Type: (.+)$/im.exec(head)?.[1]?.trim() ?? "text/plain",
    "cache-control": "no-cache",
  });
  response.end(output.subarray(cut === -1 ? 0 : cut + 4));
}

/** Whether a path is one of Git's: clone, fetch or push of `owner/name`. */
export function gitPath(
  path: string,
): { readonly owner: string; readonly name: string; readonly isPush: boolean } | undefined {
  const match = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)(?:\?(.*))?$/.exec(
    path,
  );
  if (match === null) return undefined;
  const isPush = match[3] === "git-receive-pack" || (match[4] ?? "").includes("git-receive-pack");
  return { owner: match[1] ?? "", name: match[2] ?? "", isPush };
}
