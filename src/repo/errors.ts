import { RepositoryError } from "./repository.ts";

/** An error that waiting may mend. */
export function retryLater(code: string, message: string, cause?: unknown): RepositoryError {
  return new RepositoryError(message, { code, next: "retry", cause });
}

/** An error that stays until a person changes something. */
export function needsPerson(code: string, message: string, cause?: unknown): RepositoryError {
  return new RepositoryError(message, { code, next: "person", cause });
}

/** The code of a file system or library error; empty when it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Says whether a path is simply not there (or runs through something that is no folder). */
export function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error));
}

/** Sorts whatever the disk threw; a RepositoryError passes as it is. */
export function diskError(label: string, error: unknown): RepositoryError {
  if (error instanceof RepositoryError) return error;
  const code = codeOf(error);
  if (isAbsent(error)) return needsPerson("not-found", `${label}: no such file or folder`, error);
  if (code === "EACCES" || code === "EPERM") {
    return needsPerson("permission", `${label}: this user may not read or write there`, error);
  }
  if (code === "ENOSPC" || code === "EDQUOT") return needsPerson("disk-full", `${label}: the disk is full`, error);
  if (code === "EROFS") return needsPerson("permission", `${label}: the disk is read-only`, error);
  if (code === "EMFILE" || code === "ENFILE") return retryLater("busy", `${label}: too many open files`, error);
  return retryLater("disk", `${label}: the disk answered ${code === "" ? "with an error" : code}`, error);
}

/** Throws the signal's reason as an error that says the work was stopped. */
export function stopIfAborted(signal: AbortSignal, label: string): void {
  if (signal.aborted) throw retryLater("aborted", `${label}: stopped before the end`, signal.reason);
}
