import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { descriptorFile, makeDescriptors } from "./descriptors.ts";

// Run by the build from the compiled folder: writes the descriptors beside the compiled code, whole or not at all.
const target = fileURLToPath(new URL(`../../../${descriptorFile}`, import.meta.url));
writeFileSync(`${target}.new`, JSON.stringify(makeDescriptors()));
renameSync(`${target}.new`, target);
