import type { JsonObject } from "../core/json.ts";
import { type Path, valueAt } from "./document.ts";
import { objectsAt, type Reporter, textAt } from "./report.ts";

/** What a route may lead to at the edge, as group/kind. */
const backendKinds = ["discovery.k8s.io/EndpointSlice", "gateway.envoyproxy.io/Backend"];

/**
 * What the kind HTTPRoute allows and the edge's admission refuses. A warning: a route may hang on a Gateway of another class,
 * which nobody here knows.
 */
export function checkServed(content: JsonObject, report: Reporter): void {
  const warn = (path: Path, message: string, hint: string): void =>
    report.say("route/unsupported", path, message, hint, "warning");
  const hostnames = valueAt(content, ["spec", "hostnames"]);
  if (Array.isArray(hostnames) && hostnames.length > 0) {
    const hint = "Leave them out: the listeners of the Gateway say hostnames.";
    warn(["spec", "hostnames"], "The edge takes no hostnames on a route.", hint);
  }
  for (const rule of objectsAt(content, ["spec", "rules"])) {
    for (const { path, value } of objectsAt(rule.value, ["filters"])) {
      if (textAt(value, ["type"]) !== "RequestMirror") continue;
      warn([...rule.path, ...path, "type"], "The edge mirrors no requests.", "Remove the filter.");
    }
    for (const { path, value } of objectsAt(rule.value, ["backendRefs"])) {
      const at = [...rule.path, ...path];
      const kind = textAt(value, ["kind"]) || "Service";
      const known = `${textAt(value, ["group"])}/${kind}`;
      if (!backendKinds.includes(known)) {
        const hint = "Name a Backend of gateway.envoyproxy.io, or an EndpointSlice of discovery.k8s.io.";
        warn([...at, "kind"], `The edge leads a route to no ${kind}.`, hint);
      } else if (known === backendKinds[0] && value.port === undefined)
        warn([...at, "port"], "An EndpointSlice is led to at a port.", "Add port.");
    }
  }
}
