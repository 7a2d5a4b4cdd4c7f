/** Files of build tools, CI and editors that end as manifests do. */
const names = [
  /^kustomization\.ya?ml$/,
  /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/,
  /^(Chart|values|mkdocs|codecov|renovate|azure-pipelines|cloudbuild|appveyor|Taskfile|skaffold|lerna|turbo|nx)\.(ya?ml|json)$/i,
  /^(package|package-lock|composer|tsconfig|jsconfig|biome|deno|angular|vercel|firebase|launch|settings)([.-][\w.-]+)?\.json$/,
  /^pnpm-(lock|workspace)\.yaml$/,
];

/**
 * Says by its path whether a file belongs to another tool: what is wrong with its text is no business of ours, since such
 * tools have tags and comments of their own. A manifest in it is still a manifest.
 */
export function isOfOtherTool(path: string): boolean {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  const isHidden = parts.some((part) => part.startsWith(".") && part !== "." && part !== "..");
  return isHidden || parts.includes("node_modules") || names.some((pattern) => pattern.test(name));
}
