import { createHash } from "node:crypto";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { inflateSync } from "node:zlib";
import { codeOf, isAbsent, needsPerson, retryLater } from "./errors.ts";
import type { RepositoryLimits } from "./limits.ts";
import { RepositoryError } from "./repository.ts";

const idBytes = 20;
const headerBytes = 12;
const objectsBetweenBreaths = 500;

/** Throws unless a fetched pack is whole, is what its checksum says and does not unpack to more than the limit. */
export async function checkPack(label: string, pack: Uint8Array, limits: RepositoryLimits): Promise<void> {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  const count = packCount(bytes);
  const end = bytes.length - idBytes;
  if (count === undefined || end < headerBytes) throw broken(label);
  const sum = createHash("sha1").update(bytes.subarray(0, end)).digest();
  if (!sum.equals(bytes.subarray(end))) throw broken(label);
  let at = headerBytes;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (index % objectsBetweenBreaths === objectsBetweenBreaths - 1) await breathe();
    const object = objectAt(label, bytes, at, end, limits.unpackedBytes - total);
    total += object.unpackedBytes;
    if (total > limits.unpackedBytes) throw tooLarge(label, limits.unpackedBytes);
    at = object.next;
  }
  if (at !== end) throw broken(label);
}

interface PackedObject {
  readonly next: number;
  readonly unpackedBytes: number;
}

function objectAt(label: string, bytes: Buffer, start: number, end: number, left: number): PackedObject {
  let at = start;
  const take = (): number => {
    if (at >= end) throw broken(label);
    return bytes[at++] as number;
  };
  let byte = take();
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let factor = 16; byte & 0x80; factor *= 128) {
    byte = take();
    size += (byte & 0x7f) * factor;
  }
  if (type === 6) {
    do byte = take();
    while (byte & 0x80);
  }
  if (type === 7) at += idBytes;
  if (size > left) throw tooLarge(label, left);
  const { content, consumed } = inflated(label, bytes.subarray(at, end), size);
  const unpackedBytes = type === 6 || type === 7 ? Math.max(size, deltaResult(content)) : size;
  return { next: at + consumed, unpackedBytes };
}

function inflated(label: string, bytes: Buffer, size: number): { content: Buffer; consumed: number } {
  try {
    const settings = { info: true, maxOutputLength: Math.max(size, 1) };
    const result = inflateSync(bytes, settings) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (result.buffer.length !== size) throw broken(label);
    return { content: result.buffer, consumed: result.engine.bytesWritten };
  } catch (error) {
    if (error instanceof RepositoryError) throw error;
    throw broken(label, error);
  }
}

/** A delta begins with the size of its base and the size of what it makes. */
function deltaResult(delta: Buffer): number {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; at < delta.length; factor *= 128) {
      const byte = delta[at++] as number;
      value += (byte & 0x7f) * factor;
      if (!(byte & 0x80)) break;
    }
    return value;
  };
  number();
  return number();
}

function packCount(header: Buffer): number | undefined {
  if (header.length < headerBytes || header.toString("latin1", 0, 4) !== "PACK") return undefined;
  return header.readUInt32BE(8);
}

/**
 * How many packs a clone has, and which of them are not whole. A pack without an index is not counted: Git does not see
 * it, and another process may be about to write the index.
 */
export async function inspectPacks(gitDirectory: string): Promise<{ packs: number; broken: readonly string[] }> {
  const folder = join(gitDirectory, "objects", "pack");
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const stems = names.filter((name) => name.endsWith(".idx")).map((name) => name.slice(0, -".idx".length));
  const broken: string[] = [];
  for (const stem of stems) if (!(await pairIsWhole(join(folder, stem)))) broken.push(stem);
  return { packs: stems.length, broken };
}

/** An index is whole when its own checksum fits, it belongs to the pack and it knows every object of the pack. */
async function pairIsWhole(stem: string): Promise<boolean> {
  try {
    const index = await readFile(`${stem}.idx`);
    const tail = index.length - 2 * idBytes;
    if (tail < 8 + 1024 || index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return false;
    const sum = createHash("sha1").update(index.subarray(0, -idBytes)).digest();
    if (!sum.equals(index.subarray(-idBytes))) return false;
    const size = (await stat(`${stem}.pack`)).size;
    if (size < headerBytes + idBytes) return false;
    const ends = await endsOf(`${stem}.pack`, size);
    const known = index.readUInt32BE(8 + 255 * 4);
    return packCount(ends.first) === known && ends.last.equals(index.subarray(tail, tail + idBytes));
  } catch (error) {
    if (isAbsent(error) || codeOf(error) === "ERR_OUT_OF_RANGE" || codeOf(error) === "ERR_BUFFER_OUT_OF_BOUNDS") {
      return false;
    }
    throw error;
  }
}

async function endsOf(path: string, size: number): Promise<{ first: Buffer; last: Buffer }> {
  const file = await open(path, "r");
  try {
    const first = Buffer.alloc(headerBytes);
    const last = Buffer.alloc(idBytes);
    await file.read(first, 0, headerBytes, 0);
    await file.read(last, 0, idBytes, size - idBytes);
    return { first, last };
  } finally {
    await file.close();
  }
}

function broken(label: string, cause?: unknown): RepositoryError {
  return retryLater("truncated", `${label}: the server sent a broken pack`, cause);
}

function tooLarge(label: string, most: number): RepositoryError {
  return needsPerson("too-large", `${label}: the objects of the repository unpack to more than ${most} bytes`);
}
