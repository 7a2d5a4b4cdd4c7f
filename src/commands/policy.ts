import type { Command } from "../cli.ts";
import { loadPolicyDocuments } from "../compose/policies.ts";
import { hasErrors } from "../core/problem.ts";
import { testPolicies } from "../policy/policy-tests.ts";
import { jsonText, jsonVersion } from "../report/json.ts";
import type { Shell } from "../shell.ts";
import { printer } from "./print.ts";
import type { Flags } from "./session.ts";

/** `policy test`: runs the cases beside policies; 0 when every case passes and nothing is wrong with the files. */
export async function policy(
  shell: Shell,
  command: Extract<Command, { readonly name: "policy" }>,
  flags: Flags,
): Promise<number> {
  const { documents, problems: unread, sources } = await loadPolicyDocuments(command.paths);
  const { results, problems: found, untested } = testPolicies(documents);
  const problems = [...unread, ...found];
  const failed = results.filter(({ passed }) => !passed);
  const print = printer(shell, command.output, flags);
  if (command.output === "json") {
    const cases = results.map((result) => ({ ...result, source: { ...result.source } }));
    print.say(
      jsonText({
        apiVersion: jsonVersion,
        results: cases,
        problems: problems.map((one) => ({ ...one })),
        untested: [...untested],
      }),
    );
  } else {
    if (problems.length > 0) print.problems(problems, sources);
    for (const { policy: name, name: title, message, source } of failed) {
      print.say(`✗ ${name}: ${title}\n    ${message}  (${source.file}:${source.line})`);
    }
    for (const name of untested) print.say(`no case tests ${name}`);
    print.say(`${results.length - failed.length} passed, ${failed.length} failed`);
  }
  return failed.length > 0 || hasErrors(problems) ? 1 : 0;
}
