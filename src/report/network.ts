import type { JsonObject } from "../core/json.ts";
import type { NetworkPlace, NetworkPlan, PresencePart } from "../core/network.ts";
import { inColumns } from "./columns.ts";
import { jsonVersion } from "./json.ts";
import type { Look } from "./palette.ts";
import { visible } from "./text.ts";

const shownAddresses = 6;

/** All networks of a fleet, a line each. */
export function networkListText(plans: readonly NetworkPlan[], { palette }: Look): string {
  if (plans.length === 0) return "No networks.\n";
  const heads = ["NETWORK", "RANGE", "IPV6", "LOCATIONS", "USED", "FREE", "STATUS"].map((text) => ({
    text,
    paint: palette.dim,
  }));
  const rows = plans.map((plan) => [
    visible(plan.network),
    plan.range || "-",
    plan.ipv6Prefix || "-",
    String(plan.places.length),
    String(sum(plan, "used")),
    String(sum(plan, "free")),
    plan.places.every(({ ready }) => ready)
      ? "ready"
      : `${plan.places.filter(({ ready }) => ready).length} of ${plan.places.length} ready`,
  ]);
  return `${inColumns([heads, ...rows]).join("\n")}\n`;
}

function sum({ places }: NetworkPlan, field: "used" | "free"): number {
  return places.reduce((total, place) => total + place[field], 0);
}

/** The address plan of one network: ranges, used, free, who uses what. */
export function networkText(plan: NetworkPlan, look: Look): string {
  const { palette } = look;
  const facts = [
    ["declared", `${visible(plan.file)}:${plan.line}`],
    ["families", `${plan.families.join(", ")}, MTU ${plan.mtu}`],
    [
      "range",
      plan.range === ""
        ? ""
        : `${plan.range}: ${plan.total} addresses, ${plan.allotted} in blocks, ${plan.unallotted} free`,
    ],
    ["IPv6", plan.ipv6Prefix],
    ["policies", `${plan.policyRules} ${plan.policyRules === 1 ? "rule" : "rules"}`],
  ].filter(([, value]) => value !== "");
  const head = [
    palette.bold(`Network ${visible(plan.network)}`),
    ...inColumns(
      facts.map(([name = "", value = ""]) => [{ text: name, paint: palette.dim }, value]),
      "  ",
    ),
  ];
  const parts = [
    `${head.join("\n")}\n`,
    placesText(plan, look),
    usersText(plan, look),
    waitingText(plan, look),
    restText(plan, look),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function placesText({ places, ipv6Prefix }: NetworkPlan, { palette }: Look): string {
  if (places.length === 0) return "Nothing needs it anywhere.\n";
  const withIpv6 = ipv6Prefix !== "" || places.some(({ ipv6 }) => ipv6 !== "");
  const names = ["LOCATION", "CITY", "BLOCK", ...(withIpv6 ? ["IPV6"] : []), "ROOM", "USED", "FREE", "AT", "STATUS"];
  const rows = places.map((place) => [
    visible(place.location),
    place.cityCode,
    blockText(place),
    ...(withIpv6 ? [place.ipv6 || "-"] : []),
    ...[place.room, place.used, place.free].map(String),
    [...new Set(place.parts.map(({ provider }) => provider))].join(", ") || "nowhere",
    stateOf(place),
  ]);
  return `${inColumns([names.map((text) => ({ text, paint: palette.dim })), ...rows]).join("\n")}\n`;
}

function blockText({ block, given }: NetworkPlace): string {
  return given === "" ? block || "-" : `${block || "-"} (${given})`;
}

function stateOf({ ready, parts }: NetworkPlace): string {
  if (ready) return "ready";
  const late = parts.find(({ phase }) => phase !== "ready");
  return late?.phase ?? "nobody makes it";
}

function usersText({ places }: NetworkPlan, { palette }: Look): string {
  const rows = places.flatMap(({ location, users }) =>
    users.map(({ deployment, copies, addresses }) => [
      visible(location),
      visible(deployment),
      String(copies),
      addressList(addresses),
    ]),
  );
  const names = ["LOCATION", "USED BY", "COPIES", "ADDRESSES"].map((text) => ({ text, paint: palette.dim }));
  return rows.length === 0 ? "" : `${inColumns([names, ...rows]).join("\n")}\n`;
}

function addressList(addresses: readonly string[]): string {
  const more = addresses.length - shownAddresses;
  return `${addresses.slice(0, shownAddresses).join(", ")}${more > 0 ? ` and ${more} more` : ""}` || "-";
}

function waitingText({ places }: NetworkPlan, { palette }: Look): string {
  const rows = places.flatMap(({ location, parts }) =>
    parts.flatMap((part) => (part.phase === "ready" ? [] : [[visible(location), part.address, whyNot(part)]])),
  );
  return rows.length === 0 ? "" : `${[palette.bold("Not ready"), ...inColumns(rows, "  ")].join("\n")}\n`;
}

function whyNot({ phase, detail, missing }: PresencePart): string {
  const [first] = missing;
  const said =
    first === undefined
      ? detail
      : `${first.type} is ${first.status}${first.reason === "" ? "" : `, ${first.reason}`}${first.message === "" ? "" : `: ${first.message}`}`;
  return said === "" ? phase : `${phase} (${visible(said)})`;
}

function restText({ leaving, others }: NetworkPlan, { palette }: Look): string {
  const gone = leaving.map(({ key, block }) => [
    block,
    `still stands at ${visible(key.split("@")[1] ?? key)}, which nothing needs any more`,
  ]);
  const foreign = others.map(({ block, what }) => [block, visible(what)]);
  const rows = [...gone, ...foreign];
  return rows.length === 0 ? "" : `${[palette.bold("Avoided"), ...inColumns(rows, "  ")].join("\n")}\n`;
}

/** Networks as JSON: the fields as they are. */
export function networksDocument(fleet: string, commit: string, plans: readonly NetworkPlan[]): JsonObject {
  return { apiVersion: jsonVersion, fleet, commit, networks: plans.map(networkJson) };
}

/** One network as JSON. */
export function networkJson(plan: NetworkPlan): JsonObject {
  return JSON.parse(JSON.stringify(plan)) as JsonObject;
}

/** Networks as Markdown tables. */
export function networksMarkdown(plans: readonly NetworkPlan[]): string {
  return plans
    .map((plan) => {
      const rows = plan.places.map(
        (place) =>
          `| ${place.location} | ${blockText(place)} | ${place.room} | ${place.used} | ${place.free} | ${stateOf(place)} |`,
      );
      const head = ["| location | block | room | used | free | status |", "|---|---|---|---|---|---|"];
      return [`### Network ${plan.network}`, "", `\`${plan.range || plan.ipv6Prefix}\``, "", ...head, ...rows, ""].join(
        "\n",
      );
    })
    .join("\n");
}
