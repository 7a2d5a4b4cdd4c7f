import { reference, uidOf } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Address, Resource } from "../../../core/resource.ts";
import type { Document } from "../../../datum/document.ts";
import type { Deployment, Fleet } from "../../../datum/fleet.ts";
import { secretDigest } from "../../../datum/secret.ts";
import { addressOf } from "../names.ts";
import type { Settings } from "../options.ts";
import { isServed, type Named, ownerOf, wishesOf } from "../translate/served.ts";
import { versionKey } from "./kinds.ts";
import { type NamedAccount, type SecretNaming, secretNamingOf } from "./naming.ts";
import { contentLine, needsAccount, secretsOf } from "./needs.ts";

/** One account for each workload that needs one; one secret with one version for each Secret that a workload uses, in each project. */
export function secretResources(fleet: Fleet, settings: Settings): readonly Resource[] {
  const naming = secretNamingOf(fleet, settings);
  const accounts = new Map<Address, Resource>();
  const users = new Map<Address, User>();
  for (const deployment of fleet.deployments) {
    const { location } = deployment;
    if (!isServed(location, settings) || !needsAccount(deployment)) continue;
    const account = naming.account(deployment, location.gcp.projectId);
    accounts.set(account.address, accountResource(deployment, account, settings));
    for (const document of secretsOf(deployment)) {
      const secret = naming.secret(document, location.gcp.projectId);
      const known = users.get(secret.address);
      users.set(secret.address, { secret, document, accounts: [...(known?.accounts ?? []), account] });
    }
  }
  const secrets = [...users.values()].flatMap((user) => [
    secretResource(user, settings),
    versionResource(user, settings),
  ]);
  return [...accounts.values(), ...secrets];
}

/** One Secret in one project with the accounts that read it. */
interface User {
  readonly secret: Named;
  readonly document: Document;
  readonly accounts: readonly NamedAccount[];
}

function commonOf(document: Document, { address, uid, key, project }: Named, settings: Settings) {
  return {
    ...{ provider: settings.name, realm: project, address, uid, key, location: "" },
    ...{ provides: [], needs: [], source: document.at([]), fieldSources: {} },
    ...{ owner: ownerOf(document), ...wishesOf(document) },
  };
}

function accountResource({ document }: Deployment, account: NamedAccount, settings: Settings): Resource {
  return {
    ...commonOf(document, account, settings),
    kind: "service-account",
    spec: { accountId: account.accountId, displayName: displayNameOf(document), disabled: false },
  };
}

/** People see it in the console: at most 100 bytes. */
function displayNameOf(document: Document): string {
  return `Plumbline: ${ownerOf(document)}`.slice(0, 100);
}

function secretResource({ secret, document, accounts }: User, settings: Settings): Resource {
  const members = new Map(accounts.map(({ address, email }) => [address, `serviceAccount:${email}`]));
  const sorted = [...members].sort(([, left], [, right]) => compareText(left, right));
  return {
    ...commonOf(document, secret, settings),
    kind: "secret",
    spec: { name: secret.name, accessors: sorted.map(([address, member]) => reference(address, member)) },
  };
}

function versionResource({ secret, document }: User, settings: Settings): Resource {
  const digest = secretDigest(document);
  const named = versionOf(settings.name, secret, digest);
  return {
    ...commonOf(document, { ...secret, ...named }, settings),
    kind: "secret-version",
    spec: { ...versionSpec(secret.key, digest), secret: reference(secret.address, secret.key) },
    source: contentLine(document),
    // What a rotation leaves behind has to go, and goes with a step of its own.
    protected: false,
  };
}

/** The spec of a version as it is written; its marker is worked out from it, for a version carries none. */
export function versionSpec(secret: string, digest: string): JsonObject {
  return { secret, content: digest, state: "ENABLED" };
}

/** Identity of the version of a secret that holds the content of a digest. */
export function versionOf(
  provider: string,
  secret: Pick<Named, "address" | "uid" | "key">,
  digest: string,
): Pick<Named, "address" | "uid" | "key" | "name"> {
  const [, , namespace = "", ...name] = secret.address.split("/");
  const shown = `${name.join("/")}-${digest.slice(0, 8)}`;
  return {
    address: addressOf(provider, "secret-version", namespace, shown),
    uid: uidOf(secret.uid, digest),
    key: versionKey(secret.key, digest),
    name: digest,
  };
}

/** What a machine is told of the secrets that its workload uses. */
export interface InstanceSecrets {
  readonly account: NamedAccount;
  /** Secret's name in the manifest → its id in the project, and the digest of what it holds. */
  readonly secrets: readonly { readonly document: Document; readonly secret: Named; readonly digest: string }[];
}

/** The account and the secrets of a deployment's machines; undefined when they need neither. */
export function instanceSecretsOf(
  deployment: Deployment,
  project: string,
  naming: SecretNaming,
): InstanceSecrets | undefined {
  if (!needsAccount(deployment)) return undefined;
  return {
    account: naming.account(deployment, project),
    secrets: secretsOf(deployment).map((document) => ({
      ...{ document, secret: naming.secret(document, project), digest: secretDigest(document) },
    })),
  };
}
