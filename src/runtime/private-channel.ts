import { isIP } from "node:net";

/** Whether credentials sent to an address stay on this machine or inside TLS. */
export function isPrivateChannel(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || isThisMachine(hostname);
}

/** Whether a host name of an address means this machine. */
export function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIP(hostname) === 4 && hostname.startsWith("127."));
}
