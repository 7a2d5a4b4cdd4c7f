import { ForgeError } from "../forge.ts";
import type { Desk } from "./desk.ts";

/** A comment that is no longer needed. */
export interface Surplus {
  readonly id: string;
  readonly nodeId: string;
}

const minimise = `mutation($id: ID!) {
  minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } }
}`;

/** What stands in a comment that could be neither deleted nor folded away. It has no marker, so it is never taken for a note. */
export const supersededBody =
  "<details><summary>Superseded</summary>\n\nA newer comment says what holds.\n</details>\n";

/** Deletes a comment of ours; where that is not allowed it is folded away as outdated, and where that fails too, emptied. */
export async function removeComment(desk: Desk, surplus: Surplus, signal: AbortSignal): Promise<void> {
  const about = { doing: `Remove comment ${surplus.id}`, needs: "pull requests: write, issues: write" };
  const address = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
  try {
    const call = { ...about, route: `DELETE ${address}`, with: { comment_id: surplus.id }, kind: "write" as const };
    await desk.client.call(call, signal);
    return;
  } catch (error) {
    if (!(error instanceof ForgeError) || error.next !== "person") throw error;
    if (error.code === "not-found") return;
  }
  // Emptied in any case: a folded comment that keeps its marker would be found again as a part of the note.
  const call = { ...about, route: `PATCH ${address}`, with: { comment_id: surplus.id, body: supersededBody } };
  await desk.client.call({ ...call, kind: "content" as const }, signal);
  try {
    await desk.client.graphql(minimise, { id: surplus.nodeId }, { ...about, kind: "write" }, signal);
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
  }
}
