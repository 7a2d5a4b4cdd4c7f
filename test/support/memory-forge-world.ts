import { createHash } from "node:crypto";
import { ForgeError } from "../../src/forge/forge.ts";
import type { ForgeWorld, MadePull } from "../contract/forge-world.ts";
import { memoryForge, pullOf } from "./memory-forge.ts";

/** The forge in memory, seen from the side of people. */
export function memoryForgeWorld(): ForgeWorld {
  let minute = 0;
  const forge = memoryForge(() => {
    minute += 1;
    return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  });
  let serial = 0;
  const commit = (): string => {
    serial += 1;
    return createHash("sha1").update(String(serial)).digest("hex");
  };
  const change = (number: number, more: Partial<ReturnType<typeof pullOf>>): void => {
    const before = forge.pullRequests.get(number);
    if (before !== undefined) forge.pullRequests.set(number, { ...before, ...more });
  };
  const made = (branch: string, more: Partial<ReturnType<typeof pullOf>>): MadePull => {
    const [number, head] = [forge.nextNumber(), commit()];
    forge.pullRequests.set(number, pullOf(number, head, { author: "ann", headBranch: branch, ...more }));
    return { number, head };
  };
  return {
    ...{ forge, signal: new AbortController().signal, base: commit() },
    again: () => forge,
    openPull: async (branch, more = {}) => made(branch, more),
    openFork: async (branch) => made(branch, { author: "eve", isFork: true }),
    async pushTo({ number }) {
      const headCommit = commit();
      change(number, { headCommit });
      return headCommit;
    },
    async merge(number) {
      const mergedCommit = commit();
      change(number, { state: "merged", mergedCommit });
      return mergedCommit;
    },
    closePull: async (number) => change(number, { state: "closed" }),
    say: async (thread, author, body) => {
      forge.say(thread, author, body, { isPullRequest: forge.pullRequests.has(thread) });
    },
    setPermission: (user, permission) => void forge.permissions.set(user, permission),
    status(id, context) {
      const found = forge.statuses.get(`${id} ${context}`);
      if (found === undefined) return undefined;
      const { state, description, targetUrl } = found;
      return { state, description, targetUrl };
    },
    texts: (thread) => [...forge.notes].flatMap(([place, parts]) => (place.startsWith(`${thread} `) ? [...parts] : [])),
    tickets: () =>
      [...forge.tickets.values()].map(({ title, body, isOpen, key }) => ({
        ...{ number: forge.ticketNumbers.get(key) ?? 0, title, body, isOpen },
      })),
    reactions: () => [...forge.glances.values()].slice(-1),
    checks: (id) =>
      [...forge.checks]
        .filter(([place]) => place.startsWith(`${id} `))
        .map(([, { conclusion, title, annotations }]) => ({
          ...{ conclusion, title, lines: annotations.map(({ startLine }) => startLine) },
        })),
    deployments: () => [...forge.deployments.values()].map(({ environment, state }) => ({ environment, state })),
    async file(branch, path) {
      const newest = forge.proposals.findLast((proposal) => proposal.branch === branch);
      return newest?.files.find((file) => file.path === path)?.content ?? "";
    },
    writes: () => forge.writes.length,
    breakDown(isBroken) {
      const failure = new ForgeError("down", { code: "unavailable", next: "retry" });
      forge.failure = isBroken ? failure : undefined;
    },
  };
}
