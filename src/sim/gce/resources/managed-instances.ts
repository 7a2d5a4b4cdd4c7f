import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import type { Effect } from "../effects.ts";
import { alreadyExists } from "../failure.ts";
import { insertResource } from "../generic.ts";
import { fingerprintOf, numberOfProject } from "../identity.ts";
import { memberKey } from "../links.ts";
import { startOperation } from "../operations.ts";
import { lastSegment, linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { metadataBody } from "./instance-fields.ts";
import { instances } from "./instances.ts";

/** An instance of a manager, and what the manager is doing with it. */
export interface Member {
  readonly path: string;
  readonly id: string;
  readonly status: string;
  readonly action: "NONE" | "CREATING" | "DELETING" | "RECREATING";
}

/** The instances of a manager. */
export function memberStatuses(world: World, manager: Stored): readonly Member[] {
  return [...world.usersOf(memberKey(manager.path))].sort().flatMap((path) => {
    const stored = world.get(path);
    if (stored === undefined) return [];
    const status = textOf(stored.body, "status") ?? "";
    const isComing = status === "PROVISIONING" || status === "STAGING";
    const action = isComing ? "CREATING" : status === "STOPPING" ? "DELETING" : "NONE";
    return [{ path, id: textOf(stored.body, "id") ?? "", status, action }];
  });
}

/** Makes more instances from the manager's template. */
export function addMembers(call: Call, manager: Stored, count: number, names: readonly string[] = []): void {
  for (let index = 0; index < count; index += 1) addMember(call, manager, names[index] ?? freeName(call, manager));
}

function addMember(call: Call, manager: Stored, name: string): void {
  const scope = scopeFor(call, manager);
  const path = `projects/${manager.project}/${scope}/instances/${name}`;
  if (call.world.get(path) !== undefined) throw alreadyExists(path);
  const templatePath = pathIn(textOf(manager.body, "instanceTemplate") ?? "");
  const properties = objectOf(call.world.get(templatePath)?.body, "properties");
  const number = numberOfProject(manager.project);
  const items = [
    ...objectsOf(objectOf(properties, "metadata"), "items"),
    { key: "instance-template", value: templatePath.replace(/^projects\/[^/]+/, `projects/${number}`) },
    { key: "created-by", value: manager.path.replace(/^projects\/[^/]+/, `projects/${number}`) },
  ];
  const machine = lastSegment(textOf(properties, "machineType") ?? "");
  const zone = lastSegment(scope);
  const body: JsonObject = {
    ...properties,
    name,
    machineType: `zones/${zone}/machineTypes/${machine}`,
    metadata: { items },
  };
  insertResource({ ...call, body, query: new URLSearchParams(), scope }, instances);
}

/** The manager's zone; for a region's manager, the zone with the fewest of its machines. */
function scopeFor(call: Call, manager: Stored): string {
  const scopes = scopesOf(manager);
  const members = memberStatuses(call.world, manager);
  const count = (scope: string): number => members.filter(({ path }) => path.includes(`/${scope}/`)).length;
  const [fewest = manager.scope] = [...scopes].sort((left, right) => count(left) - count(right));
  return fewest;
}

function scopesOf(manager: Stored): readonly string[] {
  const zones = objectsOf(objectOf(manager.body, "distributionPolicy"), "zones");
  return zones.length === 0 ? [manager.scope] : zones.map((one) => `zones/${lastSegment(textOf(one, "zone") ?? "")}`);
}

/** A base name and four letters; a base that ends in `-###` is counted instead. */
function freeName(call: Call, manager: Stored): string {
  const base = textOf(manager.body, "baseInstanceName") ?? manager.name;
  const counted = /-(#+)$/.exec(base)?.[1];
  for (let number = 1; ; number += 1) {
    const suffix = counted === undefined ? letters(call.world.newId()) : String(number).padStart(counted.length, "0");
    const name = counted === undefined ? `${base}-${suffix}` : base.replace(/#+$/, suffix);
    const paths = scopesOf(manager).map((scope) => `projects/${manager.project}/${scope}/instances/${name}`);
    if (paths.every((path) => call.world.get(path) === undefined)) return name;
  }
}

function letters(from: string): string {
  const hash = Buffer.from(fingerprintOf(from), "base64url");
  return [...hash.subarray(0, 4)].map((byte) => "bcdfghjklmnpqrstvwxz0123456789"[byte % 30]).join("");
}

/** Makes as many instances as wanted, or deletes the last of them. */
export function resizeTo(call: Call, manager: Stored, size: number): void {
  const members = memberStatuses(call.world, manager).filter((member) => member.action !== "DELETING");
  addMembers(call, manager, Math.max(0, size - members.length));
  for (const { path } of members.slice(size)) deleteMember(call, path);
}

/** Deletes an instance of a manager; with `again` it is made anew under its name when it is gone. */
export function deleteMember(call: Call, path: string, again?: Stored): void {
  const stored = call.world.merge(path, { status: "STOPPING" });
  if (stored === undefined) return;
  const plain = { ...call, query: new URLSearchParams() };
  const fields = again === undefined ? {} : { fields: { manager: again.path } };
  const effect = again === undefined ? "removeInstance" : "recreateInstance";
  startOperation(plain, { type: "delete", target: stored, first: "PENDING", effect, ...fields });
}

/** Takes an instance out of its manager's hands. */
export function unmanaged(world: World, path: string): void {
  const stored = world.get(path);
  const items = objectsOf(objectOf(stored?.body, "metadata"), "items").filter((item) => item.key !== "created-by");
  world.merge(path, { metadata: metadataBody({ items }, path) });
}

/** A recreated instance has its name, its disks' names and its place, and is another one. */
export const recreateInstance: Effect = (world, due) => {
  const stored = world.get(due.path);
  if (stored === undefined) return undefined;
  const { lastStopTimestamp: _, ...body } = stored.body;
  const id = world.newId();
  for (const disk of objectsOf(body, "disks")) {
    const path = pathIn(textOf(disk, "source") ?? "");
    if (disk.autoDelete === true && world.get(path) !== undefined) world.merge(path, { id: world.newId() });
  }
  world.put(stored, { ...body, id, status: "PROVISIONING", selfLink: linkOf(stored.path) });
  const after = { path: stored.path, id };
  world.schedule({ ...after, atMs: due.atMs + 50, effect: "instanceStatus", fields: { status: "STAGING" } });
  world.schedule({ ...after, atMs: due.atMs + 150, effect: "instanceStatus", fields: { status: "RUNNING" } });
  return undefined;
};
