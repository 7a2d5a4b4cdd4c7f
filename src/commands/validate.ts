import type { Command } from "../cli.ts";
import { loadRules } from "../compose/rules.ts";
import { hasErrors } from "../core/problem.ts";
import { createChecker } from "../datum/checker.ts";
import { judgeFiles } from "../datum/judge.ts";
import { isManifestPath } from "../read.ts";
import { folderFiles } from "../repo/index.ts";
import type { Shell } from "../shell.ts";
import { printer } from "./print.ts";
import { type Flags, readConfig } from "./session.ts";

/** `validate`: loads and checks files of the disk with the same code as the daemon, offline. */
export async function validate(
  shell: Shell,
  command: Extract<Command, { readonly name: "validate" }>,
  flags: Flags,
): Promise<number> {
  const rules = await loadRules(shell.packageDirectory, shell.version);
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const checker = createChecker({
    ...{ schemas: rules.schemas, catalogs: rules.catalogs },
    allowsClearTextSecrets: config?.secrets.allowClearText ?? false,
  });
  const files = await folderFiles(command.paths, { accept: isManifestPath });
  const result = judgeFiles(
    checker,
    files.map((file) => checker.parse(file.path, file.bytes)),
  );
  // What stands in a file with a Secret is never shown, not even on the author's own screen: it may be CI's log.
  const secret = new Set(result.documents.filter(({ kind }) => kind === "Secret").map(({ file }) => file));
  const sources = new Map(
    files.filter(({ path }) => !secret.has(path)).map((file) => [file.path, new TextDecoder().decode(file.bytes)]),
  );
  printer(shell, command.output, flags).validation(result, sources);
  return hasErrors(result.problems) ? 1 : 0;
}
