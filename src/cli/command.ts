/** How an answer is written. */
export type OutputFormat = "text" | "json" | "markdown";

/** Formats of `validate` besides: code scanning, annotations of a workflow, test reports. */
export type ValidateFormat = OutputFormat | "sarif" | "github" | "junit";

/** What every command accepts. */
export interface CommonFlags {
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent" | undefined;
  /** `never` when colour was refused on the command line; otherwise the terminal decides. */
  readonly colour: "auto" | "never";
}

/** Where a command finds what it works on; undefined leaves it to the configuration or the embedded default. */
export interface Place {
  readonly config: string | undefined;
  readonly state: string | undefined;
}

/** A place, and which repository and ref of it. */
export interface Target extends Place {
  /** Path or URL, or the name of one of several. */
  readonly repository: string | undefined;
  readonly ref: string | undefined;
}

/** A world that can be served and touched by hand. */
export type SimulatedWorld = "gce" | "edge" | "github";

/** What can be done to a simulated world behind the daemon's back. */
export type SimulatorAction =
  | "list"
  | "delete"
  | "stop"
  | "start"
  | "set-machine-type"
  | "set-label"
  | "set"
  | "deny"
  | "grant"
  | "disable-api"
  | "enable-api"
  | "set-quota"
  | "replay"
  | "show"
  | "comment"
  | "merge"
  | "close"
  | "reopen"
  | "add-project"
  | "add-token"
  | "set-role"
  | "add-app"
  | "add-hook";

/** One command of the command line, complete. */
export type Command =
  | {
      readonly name: "validate";
      readonly paths: readonly string[];
      /** Configuration whose word on clear text holds; undefined takes the defaults. */
      readonly config: string | undefined;
      /** Files and folders of policies, beside those of the configuration. */
      readonly policies: readonly string[];
      readonly output: ValidateFormat;
    }
  | ({ readonly name: "plan" | "apply" | "drift"; readonly output: OutputFormat } & Target)
  | ({ readonly name: "doctor"; readonly output: OutputFormat } & Target)
  | ({
      readonly name: "import";
      /** Name of a provider. */
      readonly from: string;
      /** Projects or namespaces; empty: those of the tracked branch. */
      readonly realms: readonly string[];
      /** Regions or zones; empty: all. */
      readonly places: readonly string[];
      /** New folder; undefined prints. */
      readonly out: string | undefined;
      readonly output: OutputFormat;
    } & Target)
  | ({ readonly name: "status"; readonly output: OutputFormat } & Place)
  | ({
      readonly name: "history";
      /** How many passes and how many requests of each fleet. */
      readonly limit: number;
      readonly output: OutputFormat;
    } & Place)
  /** No networks: all of them, a line each. */
  | ({ readonly name: "network"; readonly networks: readonly string[]; readonly output: OutputFormat } & Target)
  | ({ readonly name: "run"; readonly once: boolean; readonly output: OutputFormat } & Target)
  | {
      readonly name: "sim";
      readonly action: "serve";
      readonly world: SimulatedWorld;
      /** 0 takes a free one. */
      readonly port: number;
      /** Undefined keeps the world in memory. */
      readonly data: string | undefined;
    }
  | {
      readonly name: "sim";
      readonly action: SimulatorAction;
      readonly world: SimulatedWorld;
      readonly args: readonly string[];
      /** URL of the world; undefined finds the one of the daemon that runs on the state directory. */
      readonly endpoint: string | undefined;
      readonly state: string | undefined;
      /** `owner/name`, where the world has projects. */
      readonly project?: string;
      readonly output: OutputFormat;
    }
  | { readonly name: "policy"; readonly paths: readonly string[]; readonly output: OutputFormat }
  | {
      readonly name: "setup";
      /** Configuration whose credentials are looked at; undefined prints what has to be set up. */
      readonly config: string | undefined;
      /** Where GitHub reaches the daemon; undefined leaves webhooks out. */
      readonly publicUrl: string | undefined;
      readonly organization: string | undefined;
      /** Name of the App. */
      readonly app: string;
      readonly output: "text" | "json";
    }
  | {
      readonly name: "explain";
      readonly rule: string | undefined;
      /** Configuration whose policies are explained too. */
      readonly config: string | undefined;
    }
  | { readonly name: "schema"; readonly directory: string | undefined }
  | { readonly name: "version" };

/** What a command line means: something to do, a text to print and end with 0, or a mistake to print and end with 1. */
export type ParseResult =
  | { readonly kind: "command"; readonly command: Command; readonly flags: CommonFlags }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "mistake"; readonly text: string };

/** Told once, with the command that was meant. */
export type OnCommand = (command: Command, flags: CommonFlags) => void;
