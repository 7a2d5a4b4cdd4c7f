import type { Call } from "../call.ts";
import { addressText, readAddress, readRange, sizeOf } from "../cidr.ts";
import { fingerprintOf } from "../identity.ts";
import { addressKey, externalKey } from "../links.ts";
import type { Stored } from "../resource-table.ts";
import { textOf } from "../values.ts";
import type { World } from "../world.ts";

/** Where the last search of a subnetwork ended, so that filling one does not begin at its start each time. */
const hints = new WeakMap<World, Map<string, number>>();

/** A free address of a subnetwork; the first two and the last two of a range are never given away. */
export function freeAddress(world: World, subnetwork: Stored): string | undefined {
  const range = readRange(textOf(subnetwork.body, "ipCidrRange") ?? "");
  if (range === undefined) return undefined;
  const places = hints.get(world) ?? new Map<string, number>();
  hints.set(world, places);
  const usable = sizeOf(range) - 4;
  const start = places.get(subnetwork.path) ?? 0;
  for (let step = 0; step < usable; step += 1) {
    const offset = (start + step) % usable;
    const address = addressText(range.base + 2 + offset);
    if (world.usersOf(addressKey(subnetwork.path, address)).size > 0) continue;
    places.set(subnetwork.path, offset);
    return address;
  }
  return undefined;
}

/** Says whether an address may be given to an interface in a subnetwork. */
export function isUsable(subnetwork: Stored, address: string): boolean {
  const range = readRange(textOf(subnetwork.body, "ipCidrRange") ?? "");
  const number = readAddress(address);
  if (range === undefined || number === undefined) return false;
  return number >= range.base + 2 && number < range.base + sizeOf(range) - 2;
}

/** An external address nobody has. */
export function externalAddress(call: Call): string {
  for (;;) {
    const bytes = Buffer.from(fingerprintOf(call.world.newId()), "base64url");
    const first = 34 + ((bytes[0] ?? 0) % 2);
    const address = `${first}.${64 + ((bytes[1] ?? 0) % 128)}.${bytes[2]}.${1 + ((bytes[3] ?? 0) % 254)}`;
    if (call.world.usersOf(externalKey(address)).size === 0) return address;
  }
}
