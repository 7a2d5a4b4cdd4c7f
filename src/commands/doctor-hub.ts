import { openHub } from "../compose/edge.ts";
import { SecretError } from "../compose/secrets.ts";
import type { Config } from "../config.ts";
import { bad, type Finding } from "../core/checkup.ts";
import { ProviderError } from "../providers/provider.ts";
import type { Shell } from "../shell.ts";

/** Whether the hub, where one is configured, can be told what came of workloads and networks. */
export async function hubFindings(shell: Shell, config: Config): Promise<readonly Finding[]> {
  try {
    const hub = await openHub(shell, config.hub);
    if (hub === undefined) return [];
    try {
      const findings = await hub.checkup(shell.signal);
      return findings.map(({ subject, mend, ...rest }) => ({
        ...rest,
        subject: `hub: ${subject}`,
        mend: mend.replaceAll("providers.edge", "hub"),
      }));
    } finally {
      await hub.close();
    }
  } catch (error) {
    if (!(error instanceof ProviderError) && !(error instanceof SecretError)) throw error;
    return [bad("hub", error.message, "Look at hub in the configuration.")];
  }
}
