import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { descriptionFile, makeDescription } from "./load.ts";

// Run by the build from the compiled folder: writes the description beside the compiled code, whole or not at all.
const target = fileURLToPath(new URL(`../../../${descriptionFile}`, import.meta.url));
writeFileSync(`${target}.new`, JSON.stringify(makeDescription()));
renameSync(`${target}.new`, target);
