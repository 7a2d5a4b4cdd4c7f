import { type Html, html, type Part } from "../../../markup/html.ts";
import { renderMarkdown } from "../../../markup/markdown.ts";
import type { Comment, Project, Reaction, Thread } from "../state.ts";
import type { World } from "../world.ts";
import { ago, projectPath } from "./layout.ts";

const signs: Readonly<Record<string, string>> = {
  ...{ "+1": "👍 thumbs up", "-1": "👎 thumbs down", laugh: "😄 laugh", confused: "😕 confused" },
  ...{ heart: "❤️ heart", hooray: "🎉 hooray", rocket: "🚀 rocket", eyes: "👀 eyes" },
};

/** The comments of a thread, oldest first, with the reactions to them. */
export interface Conversation {
  readonly comments: readonly Comment[];
  readonly reactions: readonly Reaction[];
}

/** Everything that was said in a thread. */
export function conversationOf({ state }: World, thread: Thread): Conversation {
  const comments = state
    .all("comments")
    .filter(({ project, number }) => project === thread.project && number === thread.number)
    .sort((left, right) => left.id - right.id);
  const ids = new Set(comments.map(({ id }) => id));
  return { comments, reactions: state.all("reactions").filter(({ comment }) => ids.has(comment)) };
}

/** The description, unless it is left out, and all comments. */
export function conversationPart(
  world: World,
  project: Project,
  thread: Thread,
  { comments, reactions }: Conversation,
  options: { readonly withDescription?: boolean; readonly said?: number | undefined } = {},
): Html {
  const text = (body: string): Part =>
    body.trim() === ""
      ? html`<p class="dim">No description was given.</p>`
      : renderMarkdown(body, { threadsUrl: projectPath(project, "/issues/") });
  const description = html`<article class="comment" id="issue-${thread.number}"><header>${person(thread.user)} opened this ${ago(world, thread.createdAt)}</header>
<div class="text">${text(thread.body)}</div></article>`;
  return html`${options.withDescription === false ? "" : description}${comments.map((comment) =>
    commentPart(world, comment, text(comment.body), reactions, comment.id === options.said),
  )}`;
}

function commentPart(
  world: World,
  comment: Comment,
  text: Part,
  reactions: readonly Reaction[],
  isSought: boolean,
): Html {
  const edited = comment.updatedAt > comment.createdAt ? html` · edited ${ago(world, comment.updatedAt)}` : "";
  const body = html`<div class="text">${text}</div>${reactionsPart(reactions.filter((one) => one.comment === comment.id))}`;
  const shown =
    comment.minimized === undefined
      ? body
      : html`<details class="text"><summary class="dim">This comment was minimised as ${comment.minimized}.</summary>${body}</details>`;
  // Focus leads there as a fragment would; but a page with a fragment never looks again by itself.
  const focus = isSought ? html` tabindex="-1" autofocus` : "";
  return html`<article class="comment" id="issuecomment-${comment.id}"${focus}><header>${person(comment.user)} commented <a href="#issuecomment-${comment.id}">${ago(world, comment.createdAt)}</a>${edited}</header>
${shown}</article>`;
}

function reactionsPart(reactions: readonly Reaction[]): Part {
  if (reactions.length === 0) return "";
  const kinds = [...new Set(reactions.map(({ content }) => content))];
  const given = kinds.map((kind) => {
    const people = reactions.filter(({ content }) => content === kind).map(({ user }) => user);
    return html`<span class="nowrap">${signs[kind] ?? kind}</span> by ${people.join(", ")} &nbsp; `;
  });
  return html`<footer>${given}</footer>`;
}

/** A person or, marked as one, a program. */
export function person(login: string): Html {
  const name = login.replace(/\[bot\]$/, "");
  return html`<strong>${name}</strong>${name === login ? "" : html` <span class="badge">bot</span>`}`;
}
