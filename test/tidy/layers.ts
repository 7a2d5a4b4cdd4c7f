/** The four promises that plug-ins are written against. */
export const contracts = ["providers/provider.ts", "repo/repository.ts", "store/store.ts", "forge/forge.ts"];

/**
 * Who may look at whom inside src/: a room (the longest matching start of a path) and the starts of what it may import.
 * A room may always import itself. Plug-ins never look sideways.
 */
export const layers: readonly (readonly [room: string, allowed: readonly string[]])[] = [
  [
    "main.ts",
    [
      "cli.ts",
      "cli/",
      "commands/",
      "shell.ts",
      "config.ts",
      "config/",
      "compose.ts",
      "compose/",
      "daemon.ts",
      "runtime/",
    ],
  ],
  // What main.ts hands on of its process: streams, environment, signals.
  ["shell.ts", ["runtime/"]],
  // Commands compose the same parts as the daemon and implement nothing themselves; `sim` alone serves a world.
  [
    "commands/",
    [
      ...[
        "announce/",
        "cli.ts",
        "cli/",
        "shell.ts",
        "config.ts",
        "config/",
        "compose.ts",
        "compose/",
        "daemon.ts",
        "reconcile.ts",
      ],
      ...[
        "review.ts",
        "branch-policies.ts",
        "decrees.ts",
        "places.ts",
        "decide.ts",
        "doers.ts",
        "read.ts",
        "server/",
        "repo/index.ts",
        "report/",
        "datum/",
        "policy/",
        "sim/",
      ],
      ...[...contracts, "core/", "runtime/"],
    ],
  ],
  ["cli", ["config.ts", "config/", "compose.ts", "compose/", "report/", "core/", "repo/", "runtime/"]],
  ["config", ["core/", "datum/", "runtime/"]],
  ["compose", [""]],
  ["hints.ts", [...contracts, "core/"]],
  // One tracked branch's conversation with its forge.
  [
    "desk/",
    ["review.ts", "reconcile.ts", "decide.ts", "decrees.ts", "report/", ...contracts, "core/", "datum/", "runtime/"],
  ],
  // Tells those who asked for it what happened; decides nothing and keeps nobody waiting.
  ["announce/", ["report/", "store/store.ts", "core/", "runtime/"]],
  ["rhythm.ts", ["core/"]],
  ["daemon.ts", ["desk/", "hints.ts", "rhythm.ts", "reconcile.ts", "review.ts", ...contracts, "core/", "runtime/"]],
  // What people decreed lies in the store between the one who asks and the pass that heeds it.
  ["decrees.ts", ["store/store.ts", "core/"]],
  [
    "reconcile.ts",
    [
      "branch-policies.ts",
      "decrees.ts",
      "decide.ts",
      "doers.ts",
      "apply.ts",
      "places.ts",
      "incidents.ts",
      "datum/",
      "report/",
      ...contracts,
      "core/",
      "store/",
      "runtime/",
    ],
  ],
  [
    "review",
    [
      "review/",
      "branch-policies.ts",
      "reconcile.ts",
      "decrees.ts",
      "decide.ts",
      "apply.ts",
      "report/",
      ...contracts,
      "core/",
      "store/",
      "runtime/",
    ],
  ],
  // Who changed what drifted, as worlds tell.
  ["doers.ts", ["decide.ts", ...contracts, "core/"]],
  ["places.ts", ["decide.ts", "apply.ts", "datum/", ...contracts, "core/"]],
  ["incidents.ts", ["decide.ts", "apply.ts", ...contracts, "core/", "runtime/"]],
  ["previous.ts", ["read.ts", "datum/", "repo/repository.ts", "core/"]],
  ["awaited.ts", ["ground.ts", "read.ts", "datum/", "providers/provider.ts", "core/"]],
  [
    "decide.ts",
    [
      "awaited.ts",
      "ground.ts",
      "previous.ts",
      "read.ts",
      "rehearse.ts",
      "datum/",
      "policy/",
      "secrets/room.ts",
      ...contracts,
      "core/",
    ],
  ],
  // The policies that the tracked branch keeps beside its manifests.
  [
    "branch-policies.ts",
    ["decide.ts", "policy-files.ts", "policy-sittings.ts", "read.ts", "policy/", ...contracts, "core/"],
  ],
  ["policy-sittings.ts", ["policy/", "core/"]],
  ["policy-files.ts", ["datum/", "policy/", "core/"]],
  ["ground.ts", ["datum/", ...contracts, "core/"]],
  ["rehearse.ts", [...contracts, "core/"]],
  // Opens what the repository has encrypted; sees no provider and no configuration.
  ["secrets/", ["providers/provider.ts", "datum/", "core/"]],
  ["read.ts", ["datum/", ...contracts, "core/"]],
  ["apply.ts", ["deadline.ts", ...contracts, "core/", "runtime/"]],
  ["deadline.ts", [...contracts, "core/", "runtime/"]],
  ["server", ["report/", "markup/", ...contracts, "core/", "runtime/"]],
  // What every page is made of: escaping, Markdown, the look. Knows nothing of what is shown.
  ["markup/", []],
  ["repo/", ["core/", "runtime/"]],
  ["providers/provider.ts", ["core/", "datum/"]],
  ["providers/index.ts", ["providers/", "core/", "runtime/"]],
  ["providers/*/", ["providers/provider.ts", "datum/", "core/", "runtime/"]],
  ["forge/forge.ts", ["core/"]],
  ["forge/index.ts", ["forge/", "core/", "runtime/"]],
  ["forge/*/", ["forge/forge.ts", "datum/", "report/", "core/", "runtime/"]],
  ["store/store.ts", ["core/"]],
  ["store/memory.ts", ["store/store.ts", "core/"]],
  ["store/sql/", ["store/store.ts", "core/"]],
  // Every database says the same SQL.
  ["store/*/", ["store/store.ts", "store/sql/", "core/", "runtime/"]],
  ["sim/gce/", ["sim/*.ts", "providers/gcp/description", "datum/", "core/", "runtime/"]],
  ["sim/github/", ["sim/*.ts", "markup/", "datum/", "core/", "runtime/"]],
  ["sim/*/", ["sim/*.ts", "datum/", "core/", "runtime/"]],
  ["sim/", ["core/", "runtime/"]],
  ["report/", ["core/"]],
  ["policy/", ["core/"]],
  ["datum/", ["core/"]],
  ["runtime/", []],
  ["core/", []],
];

/** One package, one room: the only places in src/ that may import a package. A package that is not here may not be imported at all. */
export const doors: Readonly<Record<string, readonly string[]>> = {
  "isomorphic-git": ["repo/"],
  chokidar: ["repo/"],
  "@google-cloud/compute": ["providers/gcp/"],
  "google-auth-library": ["providers/gcp/"],
  "@octokit/rest": ["forge/github/"],
  "@octokit/auth-app": ["forge/github/"],
  "@octokit/plugin-throttling": ["forge/github/"],
  "@octokit/plugin-retry": ["forge/github/"],
  openpgp: ["repo/"],
  marked: ["markup/"],
  "sanitize-html": ["markup/"],
  "sops-age": ["secrets/"],
  "age-encryption": ["secrets/"],
  "node-cron": ["runtime/schedule.ts"],
  "p-retry": ["runtime/retry.ts"],
  "p-queue": ["runtime/queue.ts"],
  pino: ["runtime/log.ts"],
  "prom-client": ["runtime/metrics.ts"],
  undici: ["repo/", "providers/", "forge/", "runtime/"],
  yaml: ["datum/", "config.ts", "config/"],
  // GitHub's own description of its API is JSON Schema.
  ajv: ["datum/", "config.ts", "config/", "sim/github/description/"],
  "ajv-formats": ["datum/", "config.ts", "config/", "sim/github/description/"],
  "ipaddr.js": ["datum/"],
  libsql: ["store/"],
  kysely: ["store/"],
  commander: ["cli.ts", "cli/"],
  picocolors: ["cli.ts", "cli/", "report/"],
  "@bufbuild/cel": ["policy/"],
  // The engine of its regular expressions: linear time, whatever the pattern.
  "@bufbuild/re2": ["policy/"],
};

/** Rooms that decide: no IO, clock, chance, environment, log or waiting. */
export const pureRooms = ["core/", "datum/", "policy/", "report/"];

/** What a pure room may use after all, and where: hashing is pure, and policies run in a worker behind one door. */
export const pureExceptions: readonly (readonly [file: string, what: "crypto" | "worker"])[] = [
  ["core/identity.ts", "crypto"],
  ["datum/secret.ts", "crypto"],
  ["policy/door.ts", "worker"],
  ["policy/worker.ts", "worker"],
];

/** What may stand at the top of the project. */
export const topLevel: readonly string[] = [
  ".ci",
  ".dockerignore",
  ".git",
  ".github",
  ".gitignore",
  ".npmrc",
  "ARCHITECTURE.md",
  "biome.json",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "coverage",
  "deploy",
  "dist",
  "Dockerfile",
  "docs",
  "example-repo",
  "LICENSE",
  "node_modules",
  "package-lock.json",
  "package.json",
  "policies",
  "README.md",
  "SECURITY.md",
  "src",
  "test",
  "tsconfig.build.json",
  "tsconfig.json",
];
