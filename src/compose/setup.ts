import type { GithubConfig } from "../config.ts";
import type { AccessReport, PermissionFinding } from "../forge/github/inspect.ts";

/** What has to be set up at GitHub, for those who print it. */
export type { AccessReport } from "../forge/github/inspect.ts";
export {
  appFormUrl,
  appManifest,
  classicScopes,
  permissionNeeds,
  webhookEvents,
  webhookUrl,
} from "../forge/github/manifest.ts";

/** The permissions that this configuration makes use of. */
export function neededPermissions(report: AccessReport, { deployments }: GithubConfig): readonly PermissionFinding[] {
  return report.permissions.filter(({ need }) => need.name !== "deployments" || deployments);
}
