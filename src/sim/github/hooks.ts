import { createHmac, randomUUID } from "node:crypto";
import type { Json } from "../../core/json.ts";
import type { Hook } from "./state.ts";

/** One delivery as it was tried. */
export interface DeliveryRecord {
  readonly guid: string;
  readonly hook: number;
  readonly event: string;
  /** HTTP status of the answer; 0 when nothing answered. */
  readonly code: number;
}

/** What goes wrong on the way to a hook: deliveries GitHub never sends again by itself. */
export type DeliveryFault = "lose" | "double" | "hold";

/** Sends deliveries, in order, without retries. */
export interface Courier {
  send(hook: Hook, event: string, payload: Json): void;
  /** What happens to the coming deliveries, in order. */
  readonly faults: DeliveryFault[];
  readonly records: readonly DeliveryRecord[];
  /** Sends what was held back, the newest first. */
  letGo(): void;
  /** Resolves when everything on its way has arrived. */
  settle(): Promise<void>;
}

const timeoutMs = 10_000;
const recordsKept = 1_000;

/** Makes the courier of one world. */
export function createCourier(): Courier {
  const records: DeliveryRecord[] = [];
  const faults: DeliveryFault[] = [];
  const held: (() => void)[] = [];
  let last: Promise<void> = Promise.resolve();

  async function post(hook: Hook, event: string, guid: string, text: string): Promise<void> {
    const sign = (algorithm: string): string => createHmac(algorithm, hook.secret).update(text).digest("hex");
    const secured = hook.secret !== "" && {
      "x-hub-signature": `sha1=${sign("sha1")}`,
      "x-hub-signature-256": `sha256=${sign("sha256")}`,
    };
    const headers = {
      ...{ "content-type": "application/json", accept: "*/*", "user-agent": "GitHub-Hookshot/0000000" },
      ...{ "x-github-event": event, "x-github-delivery": guid, "x-github-hook-id": String(hook.id) },
      ...{
        "x-github-hook-installation-target-type": "repository",
        "x-github-hook-installation-target-id": String(hook.id),
      },
      ...secured,
    };
    let code = 0;
    try {
      const answer = await fetch(hook.url, {
        method: "POST",
        headers,
        body: text,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.arrayBuffer();
      code = answer.status;
    } catch {
      // Nobody listens there: GitHub notes it and does not try again.
    }
    records.push({ guid, hook: hook.id, event, code });
    if (records.length > recordsKept) records.shift();
  }

  return {
    faults,
    records,
    send(hook, event, payload) {
      const guid = randomUUID();
      const text = JSON.stringify(payload);
      const go = (): void => {
        last = last.then(() => post(hook, event, guid, text));
      };
      const fault = faults.shift();
      if (fault === "lose") return;
      if (fault === "hold") held.push(go);
      else go();
      if (fault === "double") go();
    },
    letGo() {
      for (const go of held.splice(0).reverse()) go();
    },
    settle: () => last,
  };
}
