import { inspectForge } from "../compose/forges.ts";
import { SecretError } from "../compose/secrets.ts";
import { type AccessReport, neededPermissions } from "../compose/setup.ts";
import type { GithubConfig, RepositoryConfig } from "../config.ts";
import { bad, doubtful, type Finding, good } from "../core/checkup.ts";
import { ForgeError } from "../forge/forge.ts";
import type { Shell } from "../shell.ts";

/** Whether GitHub gives a reviewed repository what it takes; nothing where nothing is reviewed. Writes nothing. */
export async function githubFindings(shell: Shell, tracked: RepositoryConfig): Promise<readonly Finding[]> {
  const { github } = tracked;
  if (github === undefined) return [];
  const label = `GitHub ${github.owner}/${github.repository}`;
  try {
    return told(label, await inspectForge(shell, tracked, github), github);
  } catch (error) {
    if (error instanceof SecretError) return [bad(label, error.message, "Set the variable or make the file.")];
    if (!(error instanceof ForgeError)) throw error;
    const mend = error.next === "person" ? "plumbline setup github" : "Look at the network and at github.apiUrl.";
    return [bad(label, shell.redactor.redact(error.message), mend)];
  }
}

function told(label: string, report: AccessReport, github: GithubConfig): readonly Finding[] {
  const who = good(label, `${report.kind} of ${report.login}`);
  const needed = neededPermissions(report, github);
  const missing = needed.filter(({ state }) => state === "missing");
  const isGrave = missing.some(({ need }) => !need.optional || need.name === "deployments");
  const names = missing.map(({ need }) => `${need.label}: ${need.level} (${need.why})`);
  const mend = [...new Set(missing.map(({ remedy }) => remedy))].join("\n");
  const subject = `permissions at ${label}`;
  const permissions =
    missing.length === 0
      ? good(subject, "everything that is needed")
      : (isGrave ? bad : doubtful)(subject, `missing: ${names.join("; ")}`, mend);
  if (github.webhookSecrets.length === 0) {
    return [who, permissions, good(`webhooks of ${label}`, "none are configured: changes are found by the poll")];
  }
  if (report.missingEvents.length === 0) return [who, permissions];
  const events = report.missingEvents.join(", ");
  const subscribe = "Subscribe the App to them on its page, under Permissions & events.";
  return [who, permissions, doubtful(`webhooks of ${label}`, `it is not told of: ${events}`, subscribe)];
}
