import type { Change } from "../core/change.ts";
import { compareText } from "../core/problem.ts";
import { countOf, grouped, visible } from "./text.ts";
import { groupTitle } from "./words.ts";

/** How many sentences of one kind are told before the rest is only counted. */
const sentencesShown = 12;
/** How many networks are named. */
const networksShown = 12;
/** How many released addresses are named. */
const addressesShown = 8;

/** What a plan would mean for people, a sentence each, the gravest first: what is taken away, interrupted, opened, closed, released. */
export function blastRadius(changes: readonly Change[]): readonly string[] {
  const acting = changes.filter(({ action, held }) => action !== "keep" && action !== "conflict" && !held);
  return [
    interruptions(acting, "delete", (things) => `${things} deleted`),
    interruptions(acting, "replace", (things) => `${things} replaced`),
    interruptions(acting, "restart", (things) => `${things} restarted`),
    networksTouched(acting),
    exposures(acting, "gained", "is opened to everybody"),
    addressed(acting, "gained", "get an external address", "gets an external address"),
    exposures(acting, "lost", "is closed to everybody"),
    addressed(acting, "lost", "lose their external address", "loses its external address"),
    released(acting),
  ].flatMap(shorten);
}

function shorten(sentences: readonly string[]): readonly string[] {
  if (sentences.length <= sentencesShown) return sentences;
  return [...sentences.slice(0, sentencesShown), `And ${sentences.length - sentencesShown} more of this kind.`];
}

/** `3 instances of Workload default/web in DFW are replaced, one at a time.` */
function interruptions(
  changes: readonly Change[],
  action: Change["action"],
  say: (things: string) => string,
): readonly string[] {
  const groups = groupsOf(changes.filter((each) => each.action === action && matters(each)));
  return [...groups].map(([title, members]) => {
    const kinds = [...new Set(members.map(({ kind }) => kind))];
    const things = kinds
      .map((kind) => countOf(members.filter((each) => each.kind === kind).length, kind))
      .join(" and ");
    const width = members[0]?.group?.width ?? 1;
    const pace = members.length === 1 || action === "delete" ? "" : `, ${paceText(width)}`;
    return `${say(`${things} of ${title} ${members.length === 1 ? "is" : "are"}`)}${pace}.`;
  });
}

/** Members of a rollout are what people depend on; everything else is told when its manifest names no member. */
function matters({ group, kind }: Change): boolean {
  return group !== undefined || kind === "disk" || kind === "network" || kind === "subnetwork";
}

function groupsOf(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const title = groupTitle(change);
    groups.set(title, [...(groups.get(title) ?? []), change]);
  }
  return groups;
}

/** How many members of a deployment change side by side, in words. */
export function paceText(width: number): string {
  return width <= 1 ? "one at a time" : `${width} at a time`;
}

function networksTouched(changes: readonly Change[]): readonly string[] {
  const owners = changes.map(({ cameFrom, resource }) => (resource ?? cameFrom)?.owner ?? "");
  const networks = owners.filter((owner) => owner.startsWith("Network "));
  const names = [...new Set(networks)].sort(compareText).map((owner) => visible(owner.slice("Network ".length)));
  if (names.length === 0) return [];
  const more = names.length > networksShown ? ` and ${grouped(names.length - networksShown)} more` : "";
  const shown = names.slice(0, networksShown).join(", ");
  return [
    `${names.length === 1 ? "Network" : "Networks"} ${shown}${more} ${names.length === 1 ? "is" : "are"} touched.`,
  ];
}

/** An address alone opens nothing: what firewalls let through is told by itself. */
const addressWord = "external address";

/** `2 instances of Workload default/web in DFW get an external address.` */
function addressed(changes: readonly Change[], side: "gained" | "lost", many: string, one: string): readonly string[] {
  // What is deleted gives its addresses up, which is told by itself.
  const having = changes.filter(
    ({ action, exposure }) => action !== "delete" && exposure?.[side].includes(addressWord),
  );
  return [...groupsOf(having)].map(
    ([title, members]) => `${countOf(members.length, "instance")} of ${title} ${members.length === 1 ? one : many}.`,
  );
}

/** `Workload default/web in DFW is opened to everybody: tcp:443 from 0.0.0.0/0.` */
function exposures(changes: readonly Change[], side: "gained" | "lost", say: string): readonly string[] {
  const wordsOf = ({ exposure }: Change) => (exposure?.[side] ?? []).filter((word) => word !== addressWord);
  return [...groupsOf(changes.filter((change) => wordsOf(change).length > 0))].map(([title, members]) => {
    const words = members.flatMap(wordsOf);
    const counted = [...new Set(words)].map((word) => {
      const count = words.filter((each) => each === word).length;
      return count === 1 ? visible(word) : `${visible(word)} (${count} times)`;
    });
    return `${title} ${say}: ${counted.join(", ")}.`;
  });
}

function released(changes: readonly Change[]): readonly string[] {
  const losing = changes.filter(({ action }) => action === "delete" || action === "replace");
  return [...groupsOf(losing)].flatMap(([title, members]) => {
    const addresses = members.flatMap(({ observed }) => observed?.status.addresses.external ?? []);
    if (addresses.length === 0) return [];
    const shown = addresses.slice(0, addressesShown).map(visible).join(", ");
    const more = addresses.length > addressesShown ? ` and ${addresses.length - addressesShown} more` : "";
    return [`${title} gives up ${countOf(addresses.length, "address")}: ${shown}${more}.`];
  });
}
