import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/worlds.ts";

/** Writes the example with one workload of so many copies, all of which may change at once. */
export function manyCopies(folder: string, copies: number): void {
  const from = join(root, "example-repo");
  copyFileSync(join(from, "locations.yaml"), join(folder, "locations.yaml"));
  copyFileSync(join(from, "network.yaml"), join(folder, "network.yaml"));
  const web = readFileSync(join(from, "web.yaml"), "utf8")
    .replace("minReplicas: 2", `minReplicas: ${copies}`)
    .replace("cityCodes: [DFW, LHR]", "cityCodes: [DFW]")
    .replace("  name: web\n", '  name: web\n  annotations:\n    plumbline.dev/rollout-width: "100%"\n');
  writeFileSync(join(folder, "web.yaml"), web);
}
