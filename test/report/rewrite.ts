import { mkdirSync, writeFileSync } from "node:fs";
import { reports } from "./golden.ts";

// Writes the golden files of the reports anew: node --import tsx test/report/rewrite.ts. The review reads the difference.

const folder = new URL("../fixtures/report/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, report] of Object.entries(reports)) writeFileSync(new URL(name, folder), report());
