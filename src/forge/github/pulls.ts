import type { Json } from "../../core/json.ts";
import type { PullRequest } from "../forge.ts";
import type { Desk } from "./desk.ts";
import { numberAt, textAt, valueAt } from "./wire.ts";

const maxPages = 30;

/** Every open pull request, oldest first: one conditional call per hundred. */
export async function openPulls(desk: Desk, signal: AbortSignal): Promise<readonly PullRequest[]> {
  const call = {
    route: "GET /repos/{owner}/{repo}/pulls",
    // Oldest first: a new one appears at the end and moves no page.
    with: { state: "open", sort: "created", direction: "asc" },
    doing: "List the open pull requests",
    needs: "pull requests: read",
  };
  const found = await desk.client.list(call, maxPages, signal);
  const once = new Map(found.map((item) => [numberAt(item, "number"), pullOf(item)]));
  return [...once.values()].sort((left, right) => left.number - right.number);
}

/** One pull request; undefined when there is none under the number. */
export async function onePull(desk: Desk, number: number, signal: AbortSignal): Promise<PullRequest | undefined> {
  const call = {
    route: "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    with: { pull_number: number },
    doing: `Read pull request #${number}`,
    needs: "pull requests: read",
  };
  const found = await desk.client.find(call, signal);
  return found === undefined ? undefined : pullOf(found.data);
}

/** A pull request in the forge's words. What is missing is read as the more careful answer. */
export function pullOf(item: Json): PullRequest {
  const isMerged = textAt(item, "merged_at") !== "" || valueAt(item, "merged") === true;
  const head = textAt(item, "head", "repo", "full_name").toLowerCase();
  const base = textAt(item, "base", "repo", "full_name").toLowerCase();
  const mergeable = valueAt(item, "mergeable");
  return {
    number: numberAt(item, "number"),
    title: textAt(item, "title"),
    author: textAt(item, "user", "login"),
    state: isMerged ? "merged" : textAt(item, "state") === "open" ? "open" : "closed",
    isDraft: valueAt(item, "draft") === true,
    // A head whose repository was deleted is nobody's, so it is treated like a stranger's.
    isFork: head === "" || head !== base,
    headCommit: textAt(item, "head", "sha"),
    headBranch: textAt(item, "head", "ref"),
    baseBranch: textAt(item, "base", "ref"),
    isMergeable: typeof mergeable === "boolean" ? mergeable : undefined,
    mergedCommit: isMerged && textAt(item, "merge_commit_sha") !== "" ? textAt(item, "merge_commit_sha") : undefined,
    url: textAt(item, "html_url"),
  };
}
