import { RepositoryError } from "../../src/repo/repository.ts";

/** The RepositoryError a promise fails with; anything else is a failure of the test. */
export async function failure(promise: Promise<unknown>): Promise<RepositoryError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RepositoryError) return error;
    throw error;
  }
  throw new Error("it succeeded, an error was expected");
}

/** The blob of a path in a list of files. */
export function idOf(files: readonly { path: string; blobId: string }[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`no file ${path}`);
  return file.blobId;
}
