import { needsPerson, retryLater } from "./errors.ts";
import type { RepositoryError } from "./repository.ts";

const serviceLine = "# service=";

/**
 * Throws unless an answer of a Git server is whole: packet after packet up to the closing flush packet, nothing behind
 * it. The library would take a list of refs that was cut short for a shorter list. `redact` cleans what the server says.
 */
export function checkPackets(label: string, bytes: Buffer, redact: (text: string) => string): void {
  let flushes = 0;
  let flushedLast = false;
  let announced = false;
  let at = 0;
  while (at < bytes.length) {
    const size = lengthAt(label, bytes, at);
    flushedLast = size === 0;
    if (size < 4) {
      if (size === 0) flushes += 1;
      at += 4;
      continue;
    }
    if (at + size > bytes.length) throw cutShort(label);
    const content = bytes.subarray(at + 4, at + size);
    if (at === 0) announced = content.subarray(0, serviceLine.length).toString("latin1") === serviceLine;
    refuseErrorPacket(label, content, redact);
    at += size;
  }
  // After the line that names the service comes a flush of its own, so one flush alone is an answer cut short.
  if (!flushedLast || (announced && flushes < 2)) throw cutShort(label);
}

function lengthAt(label: string, bytes: Buffer, at: number): number {
  const digits = bytes.toString("latin1", at, at + 4);
  if (digits.length < 4) throw cutShort(label);
  if (!/^[0-9a-f]{4}$/i.test(digits))
    throw retryLater("protocol", `${label}: the answer does not speak Git's protocol`);
  const size = Number.parseInt(digits, 16);
  if (size === 3) throw retryLater("protocol", `${label}: the answer does not speak Git's protocol`);
  return size;
}

function refuseErrorPacket(label: string, content: Buffer, redact: (text: string) => string): void {
  const sideband = content[0] === 3;
  const plain = content.subarray(0, 4).toString("latin1") === "ERR ";
  if (!sideband && !plain) return;
  const said = redact(content.subarray(sideband ? 1 : 4).toString("utf8"));
  if (/not our ref|not a valid object|couldn't find remote ref/i.test(said)) {
    throw needsPerson("unknown-ref", `${label}: the server has no such commit: ${said}`);
  }
  if (/not found|access denied|permission|not exported|not authorized/i.test(said)) {
    throw needsPerson("refused", `${label}: the server refused: ${said}`);
  }
  throw retryLater("refused", `${label}: the server failed: ${said}`);
}

function cutShort(label: string): RepositoryError {
  return retryLater("truncated", `${label}: the server's answer was cut short`);
}
