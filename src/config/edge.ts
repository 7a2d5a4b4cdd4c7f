import { invariant } from "../core/invariant.ts";
import { defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import type { RawControlPlane, RawEdge, RawEdgeCredentials } from "./raw.ts";
import type { EdgeConfig, EdgeCredentials, SecretReference } from "./types.ts";

type Near = (path: string) => string;

/** The control planes of the edge, the default one first; none when the edge is not configured. */
export function completeEdge(raw: RawEdge | undefined, near: Near): readonly EdgeConfig[] {
  if (raw === undefined) return [];
  const { controlPlanes, ...single } = raw;
  const planes = controlPlanes ?? [single];
  return planes.map((plane) => completePlane(plane, near));
}

/** The hub: reached like a control plane of the edge. */
export function completeHub(raw: RawControlPlane | undefined, near: Near): EdgeConfig | undefined {
  return raw === undefined ? undefined : { ...completePlane(raw, near), name: "hub" };
}

function completePlane(raw: RawControlPlane, near: Near): EdgeConfig {
  const { certificateAuthority } = raw;
  return {
    name: raw.name ?? defaults.edge.name,
    endpoint: raw.endpoint,
    project: raw.project,
    credentials: completeCredentials(raw.credentials ?? { kind: "none" }, near),
    certificateAuthority: certificateAuthority === undefined ? undefined : near(certificateAuthority),
    proxy: raw.proxy,
    timeoutMs: durationMs(raw.timeout ?? defaults.edge.timeout),
    readyTimeoutMs: raw.readyTimeout === undefined ? undefined : durationMs(raw.readyTimeout),
    kinds: raw.kinds ?? [],
    forceConflicts: raw.forceConflicts ?? defaults.edge.forceConflicts,
  };
}

function completeCredentials(raw: RawEdgeCredentials, near: Near): EdgeCredentials {
  const secret = (reference: SecretReference | undefined): SecretReference => {
    invariant(reference !== undefined, `credentials of the kind ${raw.kind} passed the schema incomplete`);
    const given = reference as SecretReference;
    return "env" in given ? given : { file: near(given.file) };
  };
  switch (raw.kind) {
    case "none":
      return { kind: "none" };
    case "token":
      return { kind: "token", token: secret(raw.token) };
    case "service-account":
      return { kind: "service-account", key: secret(raw.key) };
    case "client-certificate":
      return { kind: "client-certificate", certificate: secret(raw.certificate), key: secret(raw.key) };
    case "kubeconfig":
      return { kind: "kubeconfig", file: near(raw.file ?? ""), context: raw.context };
  }
}

function durationMs(text: string): number {
  const ms = parseDuration(text);
  invariant(ms !== undefined, "a duration passed the schema and is none");
  return ms as number;
}
