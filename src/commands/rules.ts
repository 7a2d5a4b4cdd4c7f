import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "../cli.ts";
import { loadRules } from "../compose/rules.ts";
import { editorSchema, wordOf } from "../datum/editor-schema.ts";
import type { Shell } from "../shell.ts";

/** `schema`: the JSON Schemas of the known kinds, into a folder for an editor, or all together to stdout. */
export async function schema(shell: Shell, command: Extract<Command, { readonly name: "schema" }>): Promise<number> {
  const { schemas, configSchema } = await loadRules(shell.packageDirectory, shell.version);
  if (command.directory === undefined) {
    shell.stdout.write(`${JSON.stringify(editorSchema(schemas), undefined, 2)}\n`);
    return 0;
  }
  await mkdir(command.directory, { recursive: true });
  for (const one of schemas) {
    await writeFile(join(command.directory, `${wordOf(one)}.json`), `${JSON.stringify(one, undefined, 2)}\n`);
  }
  await writeFile(
    join(command.directory, "manifests.json"),
    `${JSON.stringify(editorSchema(schemas), undefined, 2)}\n`,
  );
  await writeFile(join(command.directory, "plumbline.json"), `${JSON.stringify(configSchema, undefined, 2)}\n`);
  shell.stdout.write(`${schemas.length + 2} schemas written to ${command.directory}\n`);
  return 0;
}
