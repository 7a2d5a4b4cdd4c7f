import { cidrProblem } from "./cidr.ts";

/** What a Network asks of address translation: how many ports each machine has at least, and which lines are logged. */
export interface NatWish {
  readonly ports: number;
  /** Empty: nothing is logged. */
  readonly log: "" | "errors" | "translations" | "all";
}

/** One route of a Network: where packets to a range go. */
export interface RouteWish {
  readonly range: string;
  readonly hop:
    | { readonly kind: "internet" }
    | { readonly kind: "address"; readonly address: string }
    | { readonly kind: "instance"; readonly name: string };
  readonly priority: number;
}

const usualPorts = 64;
const usualPriority = 1_000;

/** Reads `plumbline.dev/nat`: `true`, `false`, or settings such as `ports=128,log=errors`; undefined for anything else. */
export function natWish(text: string): NatWish | "none" | undefined {
  if (text === "false") return "none";
  const wish = { ports: usualPorts, log: "" as NatWish["log"] };
  if (text === "true") return wish;
  for (const part of text.split(",").map((one) => one.trim())) {
    const [name, value = ""] = part.split("=");
    if (name === "ports" && isPorts(Number(value))) wish.ports = Number(value);
    else if (name === "log" && /^(errors|translations|all)$/.test(value)) wish.log = value as NatWish["log"];
    else return undefined;
  }
  return wish;
}

function isPorts(ports: number): boolean {
  return Number.isInteger(ports) && ports >= 32 && ports <= 65_536;
}

/**
 * Reads `plumbline.dev/routes`: `10.9.0.0/16 via 10.128.0.5; 0.0.0.0/0 via internet priority 900; 10.8.0.0/16 via instance gate-0`.
 * Undefined when any of it cannot be understood.
 */
export function routeWishes(text: string): readonly RouteWish[] | undefined {
  const parts = text.split(/[;\n]/).map((part) => part.trim());
  const wishes = parts.filter((part) => part !== "").map(routeWish);
  return wishes.includes(undefined) ? undefined : (wishes as readonly RouteWish[]);
}

function routeWish(text: string): RouteWish | undefined {
  const found = /^(\S+) +via +(internet|instance +[a-z][-a-z0-9]*|[0-9a-f.:]+)(?: +priority +(\d{1,5}))?$/.exec(text);
  const [, range = "", via = "", rank] = found ?? [];
  const priority = rank === undefined ? usualPriority : Number(rank);
  if (found === null || priority > 65_535 || cidrProblem(range) !== undefined) return undefined;
  if (via === "internet") return { range, hop: { kind: "internet" }, priority };
  const instance = /^instance +(\S+)$/.exec(via)?.[1];
  if (instance !== undefined) return { range, hop: { kind: "instance", name: instance }, priority };
  const width = via.includes(":") ? 128 : 32;
  if (cidrProblem(`${via}/${width}`) !== undefined || via.includes(":") !== range.includes(":")) return undefined;
  return { range, hop: { kind: "address", address: via }, priority };
}
