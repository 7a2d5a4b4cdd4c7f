import { type CelMap, type CelValue, celList, celMap } from "@bufbuild/cel";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** Reads a URL as a request line names it: absolute, or a path from the root. Undefined when it is none. */
function parseUrl(text: string): Url | undefined {
  if (text === "" || text.length > 8192 || hasControl(text)) return undefined;
  const [, scheme = "", rest = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  const mark = rest.indexOf("?");
  const before = mark < 0 ? rest : rest.slice(0, mark);
  const query = mark < 0 ? "" : rest.slice(mark + 1);
  const lower = scheme.toLowerCase();
  if (!before.startsWith("/")) return scheme === "" ? undefined : { scheme: lower, host: "", path: "", query };
  const hasHost = before.startsWith("//") && (scheme !== "" || !before.startsWith("///"));
  const slash = hasHost ? before.indexOf("/", 2) : 0;
  const authority = hasHost ? before.slice(2, slash < 0 ? undefined : slash) : "";
  const path = slash < 0 ? "" : before.slice(slash);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!isHost(host) || !areEscapes(path)) return undefined;
  return { scheme: lower, host, path, query };
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}

function isHost(host: string): boolean {
  if (host.startsWith("[")) return /^\[[0-9a-fA-F:.]+(?:%25[^\]]+)?\](?::\d*)?$/.test(host);
  return /^[^\s:/?#[\]@<>"\\^`{|}]*(?::\d*)?$/.test(host) && areEscapes(host);
}

function areEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/** The path with everything escaped that a URL cannot hold; escapes that are there stay. */
function escapedPath({ path }: Url): string {
  if (/^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:@/[\]]|%[0-9A-Fa-f]{2})*$/.test(path)) return path;
  return encodeURI(decodeText(path)).replace(
    /[!'()*[\]?#]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function queryOf({ query }: Url): CelMap {
  const found = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";") || !areEscapes(pair)) continue;
    const [key = "", ...value] = pair.replaceAll("+", " ").split("=");
    const name = decodeText(key);
    found.set(name, [...(found.get(name) ?? []), decodeText(value.join("="))]);
  }
  return celMap(new Map([...found].map(([name, values]): [string, CelValue] => [name, celList(values)])));
}

function read(text: string): CelMap {
  const url = parseUrl(text);
  if (url === undefined) throw new Error(`${JSON.stringify(text.slice(0, 64))} is no URL`);
  return makeOpaque("url", text, url);
}

const urlOf = (value: CelValue): Url => payloadOf<Url>(value);
const hostname = ({ host }: Url): string => /^\[(.*)\]/.exec(host)?.[1] ?? host.replace(/:\d*$/, "");
const port = ({ host }: Url): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ""))?.[1] ?? "";

/** Kubernetes' URL library. */
export const urlFunctions: readonly Overload[] = [
  plain("url", ["text"], read),
  plain("isURL", ["text"], (text: string) => parseUrl(text) !== undefined),
  method("getScheme", ["url"], (value: CelValue) => urlOf(value).scheme),
  method("getHost", ["url"], (value: CelValue) => urlOf(value).host),
  method("getHostname", ["url"], (value: CelValue) => hostname(urlOf(value))),
  method("getPort", ["url"], (value: CelValue) => port(urlOf(value))),
  method("getEscapedPath", ["url"], (value: CelValue) => escapedPath(urlOf(value))),
  method("getQuery", ["url"], (value: CelValue) => queryOf(urlOf(value))),
];
