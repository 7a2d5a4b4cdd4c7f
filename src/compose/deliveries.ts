import type { Config, RepositoryConfig } from "../config.ts";
import { createDeliveryLog, type DeliveryHeaders, readDelivery } from "../forge/github/webhook.ts";
import type { Bell } from "../runtime/bell.ts";
import type { Shell } from "../shell.ts";
import { readWebhookSecrets } from "./forges.ts";

/** What became of a delivery. */
export type DeliveryResult = "taken" | "repeated" | "ignored" | "refused";

/** Takes deliveries for every repository that has secrets for them. A delivery only says that it is time to look. */
export interface Deliveries {
  /** Gives the HTTP status to answer with, at once. Never throws, whatever the bytes. */
  take(headers: DeliveryHeaders, body: Uint8Array): Promise<number>;
}

const taken = 202;
const nobodyListens = 404;

/** Makes what takes deliveries; `bells` are rung by fleet. */
export function openDeliveries(
  shell: Shell,
  config: Config,
  bells: ReadonlyMap<string, Bell>,
  onResult: (result: DeliveryResult, reason: string) => void,
): Deliveries {
  const log = createDeliveryLog();
  const listening = config.repositories.filter(({ github }) => (github?.webhookSecrets.length ?? 0) > 0);

  async function takeFor(tracked: RepositoryConfig, headers: DeliveryHeaders, body: Uint8Array) {
    const { fleet, branch, github } = tracked;
    const secrets = await readWebhookSecrets(shell, tracked);
    const delivery = readDelivery(headers, body, {
      ...{ label: `${github?.owner}/${github?.repository}`, branch, secrets },
    });
    if (delivery.kind !== "hint") return { delivery, isNew: false };
    const key = `${fleet} ${delivery.deliveryId}`;
    const isNew = !log.has(key);
    if (isNew) {
      const { kind } = delivery.hint;
      bells.get(fleet)?.ring(kind === "push" || kind === "other" ? "branch" : "talk");
      log.add(key);
    }
    return { delivery, isNew };
  }

  return {
    async take(headers, body) {
      let refusal: { readonly status: number; readonly reason: string } | undefined;
      let result: DeliveryResult | undefined;
      for (const tracked of listening) {
        try {
          const { delivery, isNew } = await takeFor(tracked, headers, body);
          if (delivery.kind === "refused") refusal ??= delivery;
          else if (delivery.kind === "ignored") result ??= "ignored";
          else if (result !== "taken") result = isNew ? "taken" : "repeated";
        } catch (error) {
          // A secret that cannot be read lets nothing in; the poll finds what the delivery was about.
          refusal ??= { status: 503, reason: (error as Error).message };
        }
      }
      if (result !== undefined) {
        onResult(result, "");
        return taken;
      }
      onResult("refused", refusal?.reason ?? "No repository takes deliveries.");
      return refusal?.status ?? nobodyListens;
    },
  };
}
