/** A container as systemd starts it. */
export interface Unit {
  readonly container: string;
  readonly image: string;
  /** Everything after `docker run`, before the image. */
  readonly options: readonly string[];
  readonly words: readonly string[];
  /** Units that have to be done first. */
  readonly after: readonly string[];
  /** Script that puts secrets into the environment of docker; undefined when there are none. */
  readonly environment?: string | undefined;
  /** Script that fetches the image with pull secrets; undefined when docker needs none. */
  readonly pull?: string | undefined;
}

/** Name of a container's unit. */
export function unitName(container: string): string {
  return `plumbline-${container}.service`;
}

/** The text of a unit that keeps one container running for as long as the machine runs. */
export function unitText(unit: Unit): string {
  const registry = registryOf(unit.image);
  const login = `ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries=${registry}`;
  const pull = unit.pull === undefined ? [] : [`ExecStartPre=/bin/sh ${unit.pull} ${systemdText(unit.image)}`];
  const secretly = unit.environment === undefined ? [] : ["/bin/sh", unit.environment];
  const run = [
    ...secretly,
    "/usr/bin/docker",
    "run",
    "--rm",
    `--name=${unit.container}`,
    "--network=host",
    ...unit.options,
  ];
  const after = ["docker.service", "network-online.target", ...unit.after].join(" ");
  return [
    "[Unit]",
    `Description=Container ${unit.container}`,
    "Wants=network-online.target",
    `Requires=${["docker.service", ...unit.after].join(" ")}`,
    `After=${after}`,
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Environment=HOME=/var/lib/plumbline",
    "ExecStartPre=/bin/mkdir -p /var/lib/plumbline",
    ...(registry === undefined ? [] : [login]),
    // A large image takes longer than a start may otherwise.
    ...(unit.pull === undefined ? [] : ["TimeoutStartSec=0", ...pull]),
    `ExecStartPre=-/usr/bin/docker rm --force ${unit.container}`,
    `ExecStart=${[...run, unit.image, ...unit.words].map(systemdText).join(" ")}`,
    `ExecStop=-/usr/bin/docker stop ${unit.container}`,
    "Restart=always",
    "RestartSec=5",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** Google's own registries let the machine's service account in. */
export function registryOf(image: string): string | undefined {
  const host = image.split("/")[0] ?? "";
  return host === "gcr.io" || host.endsWith(".gcr.io") || host.endsWith("-docker.pkg.dev") ? host : undefined;
}

/** One word of a command as systemd reads it: its own specifiers and variables are taken literally. */
export function systemdText(text: string): string {
  const literal = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[\w./:=@+,%$-]+$/.test(literal)) return literal;
  const escaped = literal
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}
