import type { Command } from "../cli.ts";
import { inspectForge } from "../compose/forges.ts";
import {
  type AccessReport,
  appFormUrl,
  appManifest,
  classicScopes,
  neededPermissions,
  permissionNeeds,
  webhookEvents,
  webhookUrl,
} from "../compose/setup.ts";
import type { RepositoryConfig } from "../config.ts";
import { ForgeError } from "../forge/forge.ts";
import type { Shell } from "../shell.ts";
import { readConfig } from "./session.ts";

type Setup = Extract<Command, { readonly name: "setup" }>;

const publicSite = "https://github.com";

/** `setup github`: what to create at GitHub and which permissions it takes; with a configuration, what the credentials lack. */
export async function setup(shell: Shell, command: Setup): Promise<number> {
  if (command.config === undefined) {
    shell.stdout.write(
      command.output === "json" ? `${JSON.stringify(manifestOf(command), undefined, 2)}\n` : guide(command),
    );
    return 0;
  }
  const { repositories } = await readConfig(shell, command.config);
  const reviewed = repositories.filter(({ github }) => github !== undefined);
  if (reviewed.length === 0) {
    shell.stderr.write(`plumbline: ${command.config} has no repository with github; nothing to check.\n`);
    return 1;
  }
  let faults = 0;
  const answers = [];
  for (const tracked of reviewed) {
    const answer = await look(shell, tracked);
    faults += answer.faults;
    answers.push(answer);
  }
  if (command.output === "json") {
    shell.stdout.write(
      `${JSON.stringify({ apiVersion: "plumbline.dev/v1", repositories: answers.map(({ json }) => json) }, undefined, 2)}\n`,
    );
  } else shell.stdout.write(answers.map(({ text }) => text).join("\n"));
  return faults === 0 ? 0 : 1;
}

function manifestOf({ publicUrl, app }: Setup) {
  return appManifest({ publicUrl, name: app });
}

/** Everything somebody needs who starts with nothing. */
function guide(command: Setup): string {
  const { publicUrl, app, organization } = command;
  const width = Math.max(...permissionNeeds.map(({ label }) => label.length));
  const rows = permissionNeeds.map(
    ({ label, level, why, optional, appOnly }) =>
      `  ${label.padEnd(width)}  ${level.padEnd(5)}  ${why}${optional ? " (optional)" : ""}${appOnly ? " (GitHub App only)" : ""}`,
  );
  const hook =
    publicUrl === undefined
      ? ["Webhooks: none without --url; the poll finds everything, only later."]
      : [
          `Webhook: ${webhookUrl(publicUrl)}, content type application/json, with a secret.`,
          `  Events: ${webhookEvents.join(", ")}`,
        ];
  return [
    "Permissions",
    ...rows,
    "",
    "A GitHub App (best: its own name, checks on lines, tokens that end after an hour)",
    "  1. Open this page, it is filled in; create the App, and a private key on the page that follows:",
    `     ${appFormUrl(publicSite, organization, { publicUrl, name: app })}`,
    "     (the same as a manifest: plumbline setup github --output json)",
    "  2. Install it on the repository.",
    "  3. Configure it:",
    "       github:",
    "         repository: OWNER/NAME",
    "         credentials: {kind: app, appId: ID, privateKey: {file: app.pem}}",
    "         webhookSecrets: [{env: PLUMBLINE_WEBHOOK_SECRET}]",
    "",
    "A fine-grained token: the permissions above for the one repository.",
    `A classic token: the scope ${classicScopes.private}; for a public repository ${classicScopes.public}.`,
    "       credentials: {kind: token, token: {env: GITHUB_TOKEN}}",
    "",
    ...hook,
    "",
    "Then: plumbline setup github --config plumbline.yaml",
    "",
  ].join("\n");
}

interface Answer {
  readonly text: string;
  readonly json: unknown;
  readonly faults: number;
}

async function look(shell: Shell, tracked: RepositoryConfig): Promise<Answer> {
  const { github } = tracked;
  const label = `${github?.owner}/${github?.repository}`;
  try {
    if (github === undefined) throw new ForgeError("nothing is configured", { code: "invalid", next: "person" });
    const report = await inspectForge(shell, tracked, github);
    return { ...told(label, report, github), json: { repository: label, ...report } };
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    const message = shell.redactor.redact(error.message);
    return { text: `${label}\n  ${message}\n`, json: { repository: label, failure: message }, faults: 1 };
  }
}

function told(label: string, report: AccessReport, github: NonNullable<RepositoryConfig["github"]>) {
  const relevant = neededPermissions(report, github);
  const missing = relevant.filter(({ state }) => state === "missing");
  const hooked = github.webhookSecrets.length > 0;
  const lines = [
    `${label}: ${report.kind} of ${report.login}`,
    ...relevant.map(({ need, state, remedy }) =>
      [
        `  ${sign(state)} ${need.label}: ${need.level}`,
        ...(state === "missing" ? [`      ${remedy}`, `      Without it: no ${need.why}.`] : []),
      ].join("\n"),
    ),
    ...(hooked && report.missingEvents.length > 0
      ? [`  ! Events it is not told of: ${report.missingEvents.join(", ")}`]
      : []),
    ...(hooked ? [] : ["  - No webhookSecrets: changes are found by the poll."]),
    missing.length === 0 ? "Everything that is needed is there." : `${missing.length} missing.`,
    "",
  ];
  return {
    text: lines.join("\n"),
    faults: missing.filter(({ need }) => !need.optional || need.name === "deployments").length,
  };
}

function sign(state: "granted" | "missing" | "unavailable"): string {
  return state === "granted" ? "+" : state === "missing" ? "!" : "-";
}
