/** What the simulated project refuses; everything is allowed without it. */
export interface AccessOptions {
  /** Permissions that nobody has, such as `compute.instances.create`. */
  readonly denied?: readonly string[];
  /** Services that are not switched on, such as `compute.googleapis.com`. */
  readonly disabledServices?: readonly string[];
  /** Projects that do not exist. */
  readonly missingProjects?: readonly string[];
  /** Credentials that get no token: an account's email, a refresh token, an audience, a subject token, `metadata`. */
  readonly refused?: readonly string[];
  /** Whether calls need a token that was given out here. */
  readonly tokensRequired?: boolean;
}

/** Who may do what in a simulated project. */
export interface AccessRules {
  set(options: AccessOptions): void;
  describe(): Required<AccessOptions>;
  isDenied(permission: string): boolean;
  isOff(service: string): boolean;
  isMissing(project: string): boolean;
  isRefused(credentials: string): boolean;
  /** A token for somebody. */
  issue(principal: string): string;
  /** Whose token stands in an authorization header; undefined for none that was given out. */
  principalOf(authorization: string | undefined): string | undefined;
  /** Forgets every token, as if all had been withdrawn. */
  withdrawTokens(): void;
}

const mostTokens = 10_000;

/** Makes the rules; `newId` gives what no other token has. */
export function createAccessRules(initial: AccessOptions, newId: () => string): AccessRules {
  let rules: AccessOptions = initial;
  const tokens = new Map<string, string>();
  return {
    set: (options) => {
      rules = options;
    },
    describe: () => ({
      ...{ denied: rules.denied ?? [], disabledServices: rules.disabledServices ?? [] },
      missingProjects: rules.missingProjects ?? [],
      ...{ refused: rules.refused ?? [], tokensRequired: rules.tokensRequired ?? false },
    }),
    isDenied: (permission) => rules.denied?.includes(permission) ?? false,
    isOff: (service) => rules.disabledServices?.includes(service) ?? false,
    isMissing: (project) => rules.missingProjects?.includes(project) ?? false,
    isRefused: (credentials) => rules.refused?.includes(credentials) ?? false,
    issue(principal) {
      const text = `simulated-${newId()}`;
      tokens.set(text, principal);
      if (tokens.size > mostTokens) tokens.delete(tokens.keys().next().value ?? "");
      return text;
    },
    principalOf: (authorization) => tokens.get((authorization ?? "").replace(/^Bearer /i, "")),
    withdrawTokens: () => tokens.clear(),
  };
}

/** Reads the options as they come over the control; what is not understood counts as unsaid. */
export function readAccessOptions(body: object): AccessOptions {
  const { denied, disabledServices, missingProjects, refused, tokensRequired } = body as Record<string, unknown>;
  return {
    ...{ denied: texts(denied), disabledServices: texts(disabledServices), refused: texts(refused) },
    missingProjects: texts(missingProjects),
    tokensRequired: tokensRequired === true,
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
