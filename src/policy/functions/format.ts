import { type CelMap, type CelValue, celList } from "@bufbuild/cel";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { none, some } from "./optional.ts";
import { method, type Overload, plain } from "./overload.ts";

/** Says what is wrong with a text; an empty list when nothing is. */
type Check = (text: string) => readonly string[];

const label = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";

function shaped(pattern: RegExp, longest: number, what: string): Check {
  return (text) => [
    ...(text.length > longest ? [`must be no more than ${longest} characters`] : []),
    ...(pattern.test(text.slice(0, longest)) ? [] : [`must be ${what}`]),
  ];
}

/** A prefix may end in a dash: more will follow. */
function prefixOf(check: Check): Check {
  return (text) => check(text.replace(/-$/, "a"));
}

const dnsLabel = shaped(
  new RegExp(`^${label}$`),
  63,
  "lower-case letters, digits and dashes, with a letter or digit at both ends",
);
const dnsSubdomain = shaped(new RegExp(`^${label}(?:\\.${label})*$`), 253, "DNS labels joined by dots");
const dns1035Label = shaped(
  /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  63,
  "lower-case letters, digits and dashes, beginning with a letter",
);
const labelValue = shaped(
  /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  63,
  "empty, or letters, digits, dashes, dots and underscores, with a letter or digit at both ends",
);
const namePart = shaped(
  /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  63,
  "a name of letters, digits, dashes, dots and underscores",
);

function qualifiedName(text: string): readonly string[] {
  const parts = text.split("/");
  if (parts.length > 2) return ["must be a name, or a DNS subdomain, a slash and a name"];
  const [prefix, name] = parts.length === 2 ? parts : [undefined, text];
  return [
    ...(prefix === undefined ? [] : dnsSubdomain(prefix).map((fault) => `prefix ${fault}`)),
    ...namePart(name ?? ""),
  ];
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

function isDateTime(text: string): boolean {
  const parts =
    /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
      text,
    );
  return parts !== null && isDate(parts[1] ?? "");
}

const asks =
  (test: (text: string) => boolean, what: string): Check =>
  (text) =>
    test(text) ? [] : [`must be ${what}`];

const formats: Readonly<Record<string, Check>> = {
  dns1123Label: dnsLabel,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123Subdomain: dnsSubdomain,
  dns1123SubdomainPrefix: prefixOf(dnsSubdomain),
  dns1035Label,
  dns1035LabelPrefix: prefixOf(dns1035Label),
  qualifiedName,
  labelValue,
  uri: asks((text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$|^\/\S*$/.test(text), "a URI"),
  uuid: asks((text) => /^[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/.test(text), "a UUID"),
  byte: asks((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), "base64"),
  date: asks(isDate, "a date such as 2026-02-28"),
  datetime: asks(isDateTime, "a date and time such as 2026-02-28T12:00:00Z"),
};

function make(name: string): CelMap {
  return makeOpaque("format", name, formats[name]);
}

function validate(format: CelValue, text: string): CelMap {
  const faults = payloadOf<Check>(format)(text);
  return faults.length === 0 ? none() : some(celList(faults));
}

/** Kubernetes' library of named formats. */
export const formatFunctions: readonly Overload[] = [
  plain("format.named", ["text"], (name: string) => (Object.hasOwn(formats, name) ? some(make(name)) : none())),
  ...Object.keys(formats).map((name) => plain(`format.${name}`, [], () => make(name))),
  method("validate", ["format", "text"], validate),
];
