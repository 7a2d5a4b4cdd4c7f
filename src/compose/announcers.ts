import { createConsole } from "../announce/console.ts";
import type { Target } from "../announce/target.ts";
import type { AnnouncerConfig, Config, SecretReference } from "../config.ts";
import type { AnnouncementEvent } from "../report/announcement.ts";
import { systemClock } from "../runtime/clock.ts";
import { isPrivateChannel } from "../runtime/private-channel.ts";
import type { Shell } from "../shell.ts";
import { readAuthority, readSecret, SecretError } from "./secrets.ts";

/** Opens everybody who is to be told what happens. Secrets are read when they are needed. */
export async function openTargets(
  shell: Shell,
  config: Config,
  write: (text: string) => void,
): Promise<readonly Target[]> {
  return await Promise.all(config.announcers.map((announcer) => openTarget(shell, announcer, write)));
}

async function openTarget(shell: Shell, announcer: AnnouncerConfig, write: (text: string) => void): Promise<Target> {
  const { name } = announcer;
  const events = new Set(announcer.events as readonly AnnouncementEvent[]);
  if (announcer.kind === "console") return createConsole({ name, events, format: announcer.format, write });
  const { format, url, secret, proxy, certificateAuthority, timeoutMs } = announcer;
  // HTTP is slow to load; who announces nowhere never does.
  const { createWebhook } = await import("../announce/webhook.ts");
  return createWebhook({
    ...{ name, events, format, proxy, timeoutMs, version: shell.version, clock: systemClock },
    url: typeof url === "string" ? async () => url : () => secretUrl(shell, name, url),
    secret: secret === undefined ? undefined : () => readSecret(secret, shell),
    certificateAuthority: certificateAuthority === undefined ? undefined : await readAuthority(certificateAuthority),
  });
}

/** Reads everything a target needs and sends nothing; throws SecretError for what is missing. */
export async function tryTarget(shell: Shell, announcer: AnnouncerConfig): Promise<void> {
  if (announcer.kind === "console") return;
  const { name, url, secret, certificateAuthority } = announcer;
  if (typeof url !== "string") await secretUrl(shell, name, url);
  if (secret !== undefined) await readSecret(secret, shell);
  if (certificateAuthority !== undefined) await readAuthority(certificateAuthority);
}

/** An address that is a secret: it must be one, and it is sent where nobody listens in. */
async function secretUrl(shell: Shell, name: string, reference: SecretReference): Promise<string> {
  const url = await readSecret(reference, shell);
  if (!/^https?:\/\/[^/@\s]+(\/[^@\s]*)?$/.test(url))
    throw new SecretError(`The address of ${name} is no http(s) URL.`);
  if (!isPrivateChannel(url)) throw new SecretError(`The address of ${name} is a secret and must be https.`);
  return url;
}

/** Where people read a commit; empty where the repository has no site. */
export function commitUrlOf(config: Config, fleet: string, commit: string): string {
  const base = siteOf(config, fleet);
  return base === "" ? "" : `${base}/commit/${commit}`;
}

/** Where people read a pull request; empty where the repository has no site. */
export function pullUrlOf(config: Config, fleet: string, number: number): string {
  const base = siteOf(config, fleet);
  return base === "" ? "" : `${base}/pull/${number}`;
}

function siteOf({ repositories }: Config, fleet: string): string {
  const github = repositories.find((tracked) => tracked.fleet === fleet)?.github;
  return github === undefined ? "" : `${github.webUrl}/${github.owner}/${github.repository}`;
}
