import { tryTarget } from "../compose/announcers.ts";
import { SecretError } from "../compose/secrets.ts";
import type { AnnouncerConfig, Config } from "../config.ts";
import { bad, doubtful, type Finding, good } from "../core/checkup.ts";
import type { Shell } from "../shell.ts";

/** Whether everybody who is to be told can be told, as far as this can be seen without telling anything. */
export async function announcerFindings(shell: Shell, { announcers }: Config): Promise<readonly Finding[]> {
  return await Promise.all(announcers.map((announcer) => findingOf(shell, announcer)));
}

async function findingOf(shell: Shell, announcer: AnnouncerConfig): Promise<Finding> {
  const subject = `announcer ${announcer.name}`;
  try {
    await tryTarget(shell, announcer);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return bad(subject, error.message, "Set the variable or make the file that the configuration names.");
  }
  if (announcer.kind === "console") return good(subject, "written to standard output");
  if (announcer.secret === undefined && announcer.format === "json")
    return doubtful(
      subject,
      "its deliveries are not signed",
      "Name a secret, so that the receiver can tell them from forged ones.",
    );
  return good(subject, "address and secrets are there; nothing was sent");
}
