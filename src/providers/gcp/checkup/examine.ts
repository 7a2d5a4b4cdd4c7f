import { bad, doubtful, type Finding, good } from "../../../core/checkup.ts";
import { compareText } from "../../../core/problem.ts";
import { ProviderError } from "../../provider.ts";
import { textAt, textsAt } from "../boot/template.ts";
import { isRoutingKind } from "../kinds.ts";
import { isSecretKind } from "../secrets/kinds.ts";
import { ask, attempt, clockSkewSeconds, type Examination } from "./ask.ts";
import { grantsOf, permissionsUsed } from "./permissions.ts";
import { quotaFindings, type Wanted } from "./quotas.ts";

const goodSkewSeconds = 30;
const worstSkewSeconds = 240;
const permissionsAtOnce = 100;

/** Looks at everything that has to be right before Compute Engine can be worked with. Changes nothing. */
export async function examine(
  examination: Examination,
  projects: readonly string[],
  look: (project: string) => Promise<Wanted>,
): Promise<readonly Finding[]> {
  const clock = await clockFinding(examination);
  const identity = await attempt(examination.access.identity());
  if (identity instanceof ProviderError) return [...clock, refusedCredentials(identity)];
  const member = identity.member || (await memberByToken(examination));
  const who = member === "" ? identity.who : `${identity.who} (${member})`;
  const kind = examination.settings.credentials.kind;
  const known = [good("credentials", kind === "none" ? "none are sent" : `${kind}: a token was obtained`)];
  const named = kind === "none" ? [] : [good("identity", who)];
  if (projects.length === 0) {
    const message = "The tracked branch has no Location that names a project.";
    known.push(doubtful("projects", message, "Nothing of Compute Engine is looked at until one does."));
  }
  const each = await Promise.all(
    projects.map(async (project) => await projectFindings(examination, project, member || "MEMBER", look)),
  );
  return [...clock, ...known, ...named, ...each.flat()];
}

function refusedCredentials({ message, retryable }: ProviderError): Finding {
  const mend = retryable ? "Look at the network, the proxy and the certificate authority in providers.gcp." : "";
  return bad(
    "credentials",
    message,
    mend || "Change providers.gcp.credentials, or what it names, as the message says.",
  );
}

async function clockFinding(examination: Examination): Promise<readonly Finding[]> {
  const skew = await attempt(clockSkewSeconds(examination));
  if (skew instanceof ProviderError) {
    const mend = "Look at the network, and at endpoint, proxy and certificateAuthority in providers.gcp.";
    return [bad("endpoint", skew.message, mend)];
  }
  const reached = good("endpoint", `${examination.settings.endpoint.host} answers`);
  if (skew === undefined) return [reached];
  const seconds = Math.abs(Math.round(skew));
  if (seconds <= goodSkewSeconds) return [reached, good("clock", "agrees with the server's")];
  const message = `this machine's clock is ${seconds} s ${skew > 0 ? "behind" : "ahead of"} the server's`;
  const mend = "Set the clock, e.g. by systemd-timesyncd or chrony: tokens are refused when it is off by minutes.";
  return [reached, (seconds > worstSkewSeconds ? bad : doubtful)("clock", message, mend)];
}

/** Whose a token is that does not say so itself; empty when nobody knows. */
async function memberByToken(examination: Examination): Promise<string> {
  const { access, settings } = examination;
  if (settings.credentials.kind === "none") return "";
  const { authorization = "" } = await access.headers("https://oauth2.googleapis.com");
  const body = { access_token: authorization.replace("Bearer ", "") };
  const answer = await attempt(
    ask(examination, { service: "oauth2", path: "/tokeninfo", body, doing: "ask who we are" }),
  );
  const email = answer instanceof ProviderError ? "" : textAt(answer, "email");
  if (email === "") return "";
  return `${email.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user"}:${email}`;
}

async function projectFindings(
  examination: Examination,
  project: string,
  member: string,
  look: (project: string) => Promise<Wanted>,
): Promise<readonly Finding[]> {
  const there = await projectFinding(examination, project);
  if (there.verdict === "bad") return [there];
  const wanted = await look(project);
  const hasSecrets = wanted.resources.some(({ kind }) => isSecretKind(kind));
  const hasRouting = wanted.resources.some(({ kind }) => isRoutingKind(kind));
  const [apis, permissions, quotas] = await Promise.all([
    hasSecrets ? apiFindings(examination, project) : [],
    permissionFindings(examination, project, member, permissionsUsed({ secrets: hasSecrets, routing: hasRouting })),
    quotaFindings(examination, wanted),
  ]);
  return [there, ...apis, ...permissions, ...quotas];
}

async function projectFinding(examination: Examination, project: string): Promise<Finding> {
  const subject = `project ${project}`;
  const path = `/compute/v1/projects/${project}?fields=name`;
  const answer = await attempt(ask(examination, { service: "compute", path, doing: `get project ${project}` }));
  if (!(answer instanceof ProviderError)) return good(subject, "exists, and its Compute Engine API is on");
  switch (answer.code) {
    case "api-off":
      return apiOff(subject, "compute", project);
    case "not-found":
      return bad(
        subject,
        "does not exist, or is not shown to us",
        "Correct gcp.projectId of the Location, or make the project.",
      );
    case "permission":
      // Whether it may be seen is one permission of many: the list of those comes next.
      return good(subject, "may not be looked at itself");
    default:
      return bad(subject, answer.message, "Try again when Google answers.");
  }
}

function apiOff(subject: string, service: string, project: string): Finding {
  const mend = `gcloud services enable ${service}.googleapis.com --project=${project}`;
  return bad(subject, `${service}.googleapis.com is not enabled`, mend);
}

/** Services that answer with a refusal of ours are on; only the one that is off says so. */
async function apiFindings(examination: Examination, project: string): Promise<readonly Finding[]> {
  const services = [
    { service: "iam", word: "serviceAccounts" },
    { service: "secretmanager", word: "secrets" },
  ] as const;
  return await Promise.all(
    services.map(async ({ service, word }) => {
      const subject = `${service} of ${project}`;
      const path = `/v1/projects/${project}/${word}?pageSize=1`;
      const answer = await attempt(ask(examination, { service, path, doing: `list ${word} of project ${project}` }));
      if (answer instanceof ProviderError && answer.code === "api-off") return apiOff(subject, service, project);
      if (answer instanceof ProviderError && answer.retryable) {
        return bad(subject, answer.message, "Try again when Google answers.");
      }
      return good(subject, "the API is on");
    }),
  );
}

async function permissionFindings(
  examination: Examination,
  project: string,
  member: string,
  used: readonly string[],
): Promise<readonly Finding[]> {
  const subject = `permissions in ${project}`;
  const held = new Set<string>();
  for (let from = 0; from < used.length; from += permissionsAtOnce) {
    const permissions = used.slice(from, from + permissionsAtOnce);
    const answer = await attempt(
      ask(examination, {
        ...{ service: "cloudresourcemanager", path: `/v1/projects/${project}:testIamPermissions` },
        ...{ body: { permissions: [...permissions] }, doing: `test permissions in project ${project}` },
      }),
    );
    if (answer instanceof ProviderError) {
      const mend =
        answer.code === "api-off"
          ? `gcloud services enable cloudresourcemanager.googleapis.com --project=${project}`
          : "Without the test, missing permissions show only when something is applied.";
      return [doubtful(subject, `could not be tested: ${answer.message}`, mend)];
    }
    for (const permission of textsAt(answer, "permissions")) held.add(permission);
  }
  const missing = used.filter((permission) => !held.has(permission)).sort(compareText);
  if (missing.length === 0) return [good(subject, `all ${used.length} that are used`)];
  const message = `${missing.length} of ${used.length} are missing: ${missing.join(", ")}`;
  return [bad(subject, message, grantsOf(project, member, missing))];
}
