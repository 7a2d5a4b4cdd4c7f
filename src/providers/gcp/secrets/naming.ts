import { uidOf } from "../../../core/identity.ts";
import { compareText } from "../../../core/problem.ts";
import type { Document } from "../../../datum/document.ts";
import type { Deployment, Fleet } from "../../../datum/fleet.ts";
import { addressOf, legalName, namespacePart } from "../names.ts";
import type { Settings } from "../options.ts";
import { isServed, type Named, readableLabel } from "../translate/served.ts";
import { accountKey, emailOf, secretKey } from "./kinds.ts";
import { needsAccount, secretsOf } from "./needs.ts";

/** A workload's account in one project. */
export interface NamedAccount extends Named {
  readonly accountId: string;
  readonly email: string;
}

/** Names accounts and secrets of one fleet; the same commit always gives the same names. */
export interface SecretNaming {
  account(deployment: Deployment, project: string): NamedAccount;
  secret(document: Document, project: string): Named;
}

/** Projects in which something of one name is needed, sorted, by `namespace/name`. */
export type Projects = ReadonlyMap<string, readonly string[]>;

/** Where each workload with an account, and each Secret, is needed. */
export function projectsOfSecrets(fleet: Fleet, settings: Settings): { accounts: Projects; secrets: Projects } {
  const accounts = new Map<string, readonly string[]>();
  const secrets = new Map<string, readonly string[]>();
  const add = (map: Map<string, readonly string[]>, name: string, project: string): void => {
    map.set(name, [...new Set([...(map.get(name) ?? []), project])].sort(compareText));
  };
  for (const deployment of fleet.deployments) {
    if (!isServed(deployment.location, settings) || !needsAccount(deployment)) continue;
    const project = deployment.location.gcp.projectId;
    add(accounts, `${deployment.namespace}/${subjectOf(deployment)}`, project);
    for (const document of secretsOf(deployment)) add(secrets, `${document.namespace}/${document.name}`, project);
  }
  return { accounts, secrets };
}

/** Who an account is for: the workload, or a deployment that somebody wrote without one. */
function subjectOf({ workload, name }: Deployment): string {
  return workload === "" ? name : workload;
}

/** The naming of one fleet under one provider. */
export function secretNamingOf(fleet: Fleet, settings: Settings): SecretNaming {
  const projects = projectsOfSecrets(fleet, settings);
  const shownOf = (known: Projects, namespace: string, name: string, project: string, uid: string): string => {
    const isAlone = (known.get(`${namespace}/${name}`)?.length ?? 0) < 2;
    const longest = known === projects.secrets ? longestLabel : longestAccountName(namespace);
    return readableLabel(isAlone ? name : `${name}@${project}`, uid, longest);
  };
  return {
    account(deployment, project) {
      const { namespace } = deployment;
      const workload = subjectOf(deployment);
      const uid = uidOf(fleet.name, "service-account", namespace, `${workload}@${project}`);
      const shown = shownOf(projects.accounts, namespace, workload, project, uid);
      const accountId = accountIdOf(workload, uid);
      const email = emailOf(accountId, project);
      const address = addressOf(settings.name, "service-account", namespace, shown);
      return { address, uid, name: accountId, accountId, email, project, key: accountKey(project, email) };
    },
    secret({ namespace, name }, project) {
      const uid = uidOf(fleet.name, "secret", namespace, `${name}@${project}`);
      const shown = shownOf(projects.secrets, namespace, name, project, uid);
      const id = legalName([fleet.name, namespacePart(namespace), name], uid);
      const address = addressOf(settings.name, "secret", namespace, shown);
      return { address, uid, name: id, project, key: secretKey(project, id) };
    },
  };
}

const longestLabel = 63;

/** An account's marker stands in a description of 256 bytes, the address in it: where the namespace is long, the name is cut. */
function longestAccountName(namespace: string): number {
  return Math.max(20, Math.min(longestLabel, 80 - namespace.length));
}

/** 6 to 30 characters that begin with a letter; the uid keeps two workloads apart whose names begin alike. */
function accountIdOf(workload: string, uid: string): string {
  const slug = legalName([workload], uid).slice(0, 17).replace(/-+$/, "");
  return `${slug}-${uid}`;
}
