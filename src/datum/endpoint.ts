import ipaddr from "ipaddr.js";

/** What is wrong with the URL of a backend, in one sentence; undefined when nothing is. */
export function endpointProblem(
  text: string,
  options: { readonly isPrivate: boolean; readonly secureName: string },
): string | undefined {
  const parts = /^(https?):\/\/([^/?#@\s]*)$/.exec(text);
  if (parts === null) {
    // A name and a password before the host are not repeated.
    const what = `${JSON.stringify(text.replace(/\/\/[^/]*@/, "//…@"))} is no endpoint`;
    if (!/^https?:\/\//.test(text)) return `${what}: it starts with http:// or https://.`;
    return `${what}: it has no user, no path (not even a slash), no query and no fragment.`;
  }
  const [, scheme, authority = ""] = parts;
  const split = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority);
  const host = (split?.[1] ?? "").replace(/^\[|\]$/g, "");
  const port = split?.[2];
  if (
    split === null ||
    (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
  )
    return `The port of ${JSON.stringify(text)} is not between 1 and 65535.`;
  if (isAddress(host)) {
    const range = ipaddr.parse(host).range();
    // Behind a connector the loopback is that of its machine.
    if (["unspecified", "linkLocal"].includes(range) || (range === "loopback" && !options.isPrivate))
      return `${host} cannot be reached from the edge: it is ${range === "linkLocal" ? "link-local" : range}.`;
    return scheme === "https" && options.secureName === ""
      ? `An https endpoint at the address ${host} needs tls.hostname.`
      : undefined;
  }
  if (isHostname(host) || (options.isPrivate && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(host))) return undefined;
  return `${JSON.stringify(host)} is neither a fully qualified hostname nor an address.`;
}

/** Says whether a text is an IP address, in any spelling. A name is told by its letters: the library throws for each, which is slow. */
export function isAddress(text: string): boolean {
  return /^[\da-fx.]+$|:/i.test(text) && ipaddr.isValid(text);
}

/** Says whether a text is a precise hostname: lower case, with a dot, no wildcard, no port, no address. */
export function isHostname(text: string): boolean {
  return (
    text.length <= 253 &&
    !isAddress(text) &&
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/.test(text)
  );
}
