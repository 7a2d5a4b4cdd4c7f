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
