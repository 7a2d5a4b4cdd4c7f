import { ProviderError } from "../provider.ts";
import type { EdgeCredentials } from "./options.ts";

/** What a request needs to be let in. */
export interface Access {
  /** Value of the authorization header; undefined when none is sent. */
  authorization(signal: AbortSignal): Promise<string | undefined>;
  /** Forgets what was refused; true when asking again gives something new. */
  renew(): boolean;
  readonly certificate: { readonly certificate: string; readonly key: string } | undefined;
  readonly certificateAuthority: string | undefined;
}

/** Makes the access that the credentials describe. */
export function accessFor(credentials: EdgeCredentials): Access {
  switch (credentials.kind) {
    case "none":
      return fixedAccess(undefined);
    case "token":
      return fixedAccess(`Bearer ${credentials.token.trim()}`);
    default:
      throw new ProviderError(`Credentials of kind ${credentials.kind} are not known.`, {
        code: "invalid",
        next: "person",
      });
  }
}

function fixedAccess(value: string | undefined): Access {
  return {
    authorization: async () => value,
    renew: () => false,
    certificate: undefined,
    certificateAuthority: undefined,
  };
}
