import { bounds } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import type { RawControlPlane, RawEdge } from "./raw.ts";
import type { Path } from "./read.ts";

type Add = (path: Path, rule: string, message: string, hint: string) => void;

const namedByCredentials = new Set(["kubeconfig", "service-account"]);
/** Names that lead the addresses of other providers. */
const takenNames = new Set(["gcp"]);

/** What the schema cannot say of control planes: where each is found, and that no two are one. */
export function checkEdge(edge: RawEdge | undefined, add: Add): void {
  if (edge === undefined) return;
  const root: Path = ["providers", "edge"];
  const { controlPlanes, ...single } = edge;
  if (controlPlanes === undefined) {
    checkPlane(single, root, add);
    return;
  }
  for (const field of Object.keys(single)) {
    const message = `providers.edge.${field} stands beside controlPlanes.`;
    add([...root, field], "config/value", message, "Move it into each control plane it is meant for.");
  }
  const names = new Set(takenNames);
  const places = new Map<string, string>();
  for (const [index, plane] of controlPlanes.entries()) {
    const path = [...root, "controlPlanes", index];
    checkPlane(plane, path, add);
    const { name = "" } = plane;
    if (names.has(name)) add([...path, "name"], "config/name", `The name ${name} is taken.`, "Give each its own.");
    names.add(name);
    const place = `${(plane.endpoint ?? "").replace(/\/+$/, "")} ${plane.project ?? ""}`;
    const other = plane.endpoint === undefined ? undefined : places.get(place);
    if (other !== undefined) {
      const message = `${other} is the same control plane as ${name}.`;
      add([...path, "endpoint"], "config/value", message, "Two that own the same objects would delete each other's.");
    }
    places.set(place, name);
  }
}

/** What the schema cannot say of one control plane, or of the hub. */
export function checkPlane(plane: RawControlPlane, path: Path, add: Add): void {
  if (plane.endpoint === undefined && !namedByCredentials.has(plane.credentials?.kind ?? "none")) {
    add(
      path,
      "config/missing",
      "A control plane needs endpoint.",
      "Only a kubeconfig or service-account key names it.",
    );
  }
  for (const [index, kind] of (plane.kinds ?? []).entries()) {
    if (kind !== "Secret") continue;
    const message = "Secrets of a repository are for workloads; they are not copied to a control plane.";
    add([...path, "kinds", index], "config/value", message, "Remove it.");
  }
  for (const field of ["timeout", "readyTimeout"] as const) {
    const ms = plane[field] === undefined ? undefined : parseDuration(plane[field]);
    if (ms === undefined) continue;
    if (ms < 1) add([...path, field], "config/value", `${field} must be at least 1 ms.`, "Write a longer time.");
    if (ms > bounds.maxDurationMs)
      add([...path, field], "config/value", `${field} must be at most 480h.`, "Write a shorter time.");
  }
}
