import type { Command as Program } from "commander";
import type { OnCommand } from "./command.ts";
import { type Flags, targetOf, withCommon, withTarget } from "./options.ts";

interface ImportFlags extends Omit<Flags, "project"> {
  readonly from: string;
  readonly project?: readonly string[];
  readonly location?: readonly string[];
  readonly out?: string;
  readonly dryRun?: boolean;
}

/** `import`: manifests for what exists and belongs to nobody. */
export function addImport(program: Program, onCommand: OnCommand): void {
  const command = withTarget(
    program
      .command("import")
      .description(
        "Write manifests for what exists and is not Plumbline's, ready to be committed. Changes nothing outside.",
      )
      .requiredOption("--from <provider>", "Where it exists: gcp, edge, or a control plane's name.")
      .option("--project <name...>", "Projects or namespaces. Default: those of the tracked branch.")
      .option("--location <name...>", "Regions or zones. Default: all.")
      .option("--out <folder>", "New folder for the manifests. Default: they are printed.")
      .option("--dry-run", "Print, also with --out."),
  );
  withCommon(command, onCommand, (flags: Flags) => {
    const {
      from,
      project = [],
      location = [],
      out,
      dryRun = false,
      output,
    } = flags as Omit<Flags, "project"> as ImportFlags;
    return {
      ...{ name: "import", ...targetOf(flags), from, realms: project, places: location },
      ...{ out: dryRun ? undefined : out, output },
    };
  });
  command.addHelpText(
    "after",
    "\nExample:\n  $ plumbline import --from gcp --project acme-prod --location us-south1 --out fleet/imported\n\nExit codes: 0 written or printed, 1 something is in the way.",
  );
}
