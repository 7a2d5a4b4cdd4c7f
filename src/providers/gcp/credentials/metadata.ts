import { ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import type { Source } from "./grants.ts";
import { refusedToken } from "./refusal.ts";
import type { TokenAnswer, Wire } from "./wire.ts";

const usualHost = "169.254.169.254";
const scope = "https://www.googleapis.com/auth/cloud-platform";

/** The service account of the machine that this runs on. Asks at once who that is, so that its absence is known. */
export async function metadataSource(
  variables: Readonly<Record<string, string | undefined>>,
  wire: Wire,
): Promise<Source> {
  const host = variables.GCE_METADATA_HOST || variables.GCE_METADATA_IP || usualHost;
  const base = `http://${host.replace(/^https?:\/\//, "")}/computeMetadata/v1/instance/service-accounts/default`;
  const asked = `the metadata server ${host}`;
  const get = async (path: string): Promise<TokenAnswer> => {
    const headers = { "metadata-flavor": "Google" };
    const answer = await wire.ask({ method: "GET", url: `${base}/${path}`, headers, isNear: true, asked });
    // Anything may listen there: a hotel's gateway, another cloud.
    if (answer.headers["metadata-flavor"] === "Google") return answer;
    throw new ProviderError(`${asked} is not Google's.`, { code: "unavailable", next: "retry" });
  };
  const email = await get("email");
  const mend = "Attach a service account to the machine with the scope cloud-platform";
  const facts = { label: "The machine's service account", asked, mend, secrets: [] };
  if (email.status !== 200) throw refusedToken(email, facts);
  return {
    who: `service account ${email.text.trim()} of this machine`,
    member: `serviceAccount:${email.text.trim()}`,
    quotaProject: "",
    async mint() {
      const answer = await get(`token?scopes=${encodeURIComponent(scope)}`);
      const text = textAt(answer.json, "access_token");
      if (answer.status === 200 && text !== "") return { text, lifeSeconds: Number(answer.json.expires_in) || 300 };
      throw refusedToken(answer, facts);
    },
  };
}
