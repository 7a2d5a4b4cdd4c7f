import type { Command } from "../cli.ts";
import { CatalogError, PolicyError } from "../compose/refusals.ts";
import { SecretError } from "../compose/secrets.ts";
import { ForgeError } from "../forge/forge.ts";
import { RepositoryError } from "../repo/repository.ts";
import type { Shell } from "../shell.ts";
import { StoreError } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import type { Flags } from "./session.ts";

/** Carries out one command and gives its exit code. What goes wrong in a way that has words is told in words; anything else is a broken program. */
export async function execute(shell: Shell, command: Command, flags: Flags): Promise<number> {
  try {
    return await dispatch(shell, command, flags);
  } catch (error) {
    if (error instanceof CommandError) return await refuse(shell, error, flags);
    if (error instanceof PolicyError || error instanceof CatalogError)
      return await refuse(shell, new CommandError(error.message, error.problems, error.sources), flags);
    const hasWords = [RepositoryError, StoreError, SecretError, ForgeError].some((kind) => error instanceof kind);
    if (!hasWords && !isListenFailure(error)) throw error;
    shell.stderr.write(`plumbline: ${(error as Error).message}\n`);
    return 1;
  }
}

async function dispatch(shell: Shell, command: Command, flags: Flags): Promise<number> {
  switch (command.name) {
    case "validate":
      return (await import("./validate.ts")).validate(shell, command, flags);
    case "plan":
    case "drift":
    case "apply":
      return (await import("./look.ts")).look(shell, command, flags);
    case "status":
      return (await import("./status.ts")).status(shell, command, flags);
    case "history":
      return (await import("./history.ts")).history(shell, command, flags);
    case "network":
      return (await import("./network.ts")).network(shell, command, flags);
    case "doctor":
      return (await import("./doctor.ts")).doctor(shell, command, flags);
    case "import":
      return (await import("./import.ts")).importFrom(shell, command, flags);
    case "run":
      return (await import("./run.ts")).run(shell, command, flags);
    case "sim":
      return (await import("./sim.ts")).sim(shell, command);
    case "policy":
      return (await import("./policy.ts")).policy(shell, command, flags);
    case "explain":
      return (await import("./explain.ts")).explain(shell, command);
    case "setup":
      return (await import("./setup.ts")).setup(shell, command);
    case "schema":
      return (await import("./rules.ts")).schema(shell, command);
    case "version":
      shell.stdout.write(`plumbline ${shell.version}\n`);
      return 0;
  }
}

async function refuse(shell: Shell, error: CommandError, flags: Flags): Promise<number> {
  shell.stderr.write(`plumbline: ${error.message}\n`);
  if (error.problems.length > 0) {
    const { printer } = await import("./print.ts");
    printer(shell, "text", flags).problems(error.problems, error.sources);
  }
  return 1;
}

/** A port that is taken or an address that is not ours: the user's to change. */
function isListenFailure(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL";
}
