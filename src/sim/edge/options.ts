import { type ApiFailure, badRequest, type FieldCause, invalidNamed } from "./failure.ts";

const longestManager = 128;
const policies: ReadonlySet<string> = new Set(["Foreground", "Background", "Orphan"]);
const titles: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

/** Refuses the options of a write that a server does not take. */
export function checkWriteOptions(method: string, query: URLSearchParams): void {
  const dryRun = query.getAll("dryRun");
  const list = `[]string{${dryRun.map((value) => JSON.stringify(value)).join(", ")}}`;
  if (dryRun.some((value) => value !== "All")) {
    throw wrong(method, "FieldValueNotSupported", "dryRun", `Unsupported value: ${list}: supported values: "All"`);
  }
  if ((query.get("fieldManager") ?? "").length > longestManager) {
    const message = `Too long: may not be more than ${longestManager} bytes`;
    throw wrong(method, "FieldValueTooLong", "fieldManager", message);
  }
  checkPropagation(query.get("propagationPolicy") ?? "");
}

/** Refuses a way of deleting that a server does not know. */
export function checkPropagation(policy: string): void {
  if (policy === "" || policies.has(policy)) return;
  const known = [...policies, "nil"].map((one) => JSON.stringify(one)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${known}`;
  throw wrong("DELETE", "FieldValueNotSupported", "propagationPolicy", message);
}

function wrong(method: string, reason: FieldCause["reason"], field: string, message: string): ApiFailure {
  const kind = titles[method] ?? "PatchOptions";
  return invalidNamed(`${kind}.meta.k8s.io`, { group: "meta.k8s.io", kind }, "", [{ reason, field, message }]);
}

/** Custom kinds can be selected by these fields alone, core ones by a few more. */
export function checkFieldSelector(isCore: boolean, selector: string): void {
  if (isCore) return;
  for (const term of selector.split(",")) {
    const label = term.split(/[=!]/)[0]?.trim() ?? "";
    if (label !== "" && label !== "metadata.name" && label !== "metadata.namespace") {
      throw badRequest(`field label not supported: ${label}`);
    }
  }
}
