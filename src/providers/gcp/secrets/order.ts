import type { Observed, Resource } from "../../../core/resource.ts";
import type { Order } from "../../provider.ts";
import { createAccount, removeAccount, updateAccount } from "./account.ts";
import type { SecretBench } from "./bench.ts";
import type { SecretKind } from "./kinds.ts";
import { createSecret, removeSecret, updateSecret } from "./secret.ts";
import { createVersion, removeVersion } from "./version.ts";

type Make = (bench: SecretBench, order: Order, resource: Resource, signal: AbortSignal) => Promise<Observed>;
type Remove = (bench: SecretBench, order: Order, key: string, signal: AbortSignal) => Promise<void>;

const acts: Readonly<Record<SecretKind, { readonly create: Make; readonly update: Make; readonly remove: Remove }>> = {
  "service-account": { create: createAccount, update: updateAccount, remove: removeAccount },
  secret: { create: createSecret, update: updateSecret, remove: removeSecret },
  // Making sure that a version is there and enabled is the same work each time.
  "secret-version": { create: createVersion, update: createVersion, remove: removeVersion },
};

/** Carries out one order about IAM or Secret Manager. Nothing here takes time on the other side: the answer is the end. */
export async function carryOutSecret(
  bench: SecretBench,
  kind: SecretKind,
  order: Order,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const { action, resource, observed } = order.change;
  const { create, update, remove } = acts[kind];
  switch (action) {
    case "keep":
    case "conflict":
      return observed;
    case "delete":
      if (observed !== undefined) await remove(bench, order, observed.key, signal);
      return undefined;
    case "create":
      return create(bench, order, resource as Resource, signal);
    case "replace":
      if (observed !== undefined) await remove(bench, order, observed.key, signal);
      return create(bench, order, resource as Resource, signal);
    case "update":
    case "restart":
    case "adopt":
      return update(bench, order, resource as Resource, signal);
  }
}
