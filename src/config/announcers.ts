import { invariant } from "../core/invariant.ts";
import { defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import type { RawAnnouncer } from "./raw.ts";
import type { Path } from "./read.ts";
import type { AnnouncerConfig, SecretReference } from "./types.ts";

type Near = (path: string) => string;
type Add = (path: Path, rule: string, message: string, hint: string) => void;

/** One announcer with every default. */
export function completeAnnouncer(raw: RawAnnouncer, near: Near): AnnouncerConfig {
  const { kind, format, url } = raw;
  const common = { name: nameOf(raw), events: raw.events ?? defaults.announcers.events };
  if (kind === "console") return { ...common, kind, format: format === "json" ? "json" : "text" };
  const timeoutMs = parseDuration(raw.timeout ?? defaults.announcers.timeout);
  invariant(url !== undefined && timeoutMs !== undefined, "a webhook passed the schema incomplete");
  return {
    ...common,
    kind,
    format: format === "slack" ? "slack" : "json",
    url: typeof url === "string" ? url : secretNear(url as SecretReference, near),
    secret: raw.secret === undefined ? undefined : secretNear(raw.secret, near),
    proxy: raw.proxy,
    certificateAuthority: raw.certificateAuthority === undefined ? undefined : near(raw.certificateAuthority),
    timeoutMs: timeoutMs as number,
  };
}

/** What the schema cannot say of announcers: each has a name of its own. */
export function checkAnnouncers(announcers: readonly RawAnnouncer[], add: Add): void {
  const seen = new Map<string, number>();
  for (const [index, raw] of announcers.entries()) {
    const name = nameOf(raw);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else
      add(
        ["announcers", index],
        "config/name",
        `announcers[${first}] is called ${name} already.`,
        "Give each a name of its own.",
      );
  }
}

function nameOf({ kind, name }: RawAnnouncer): string {
  return name ?? kind;
}

function secretNear(reference: SecretReference, near: Near): SecretReference {
  return "env" in reference ? reference : { file: near(reference.file) };
}
