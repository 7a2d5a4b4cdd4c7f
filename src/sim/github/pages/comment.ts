import { html } from "../../../markup/html.ts";
import { Refusal } from "../answer.ts";
import type { Project, Thread } from "../state.ts";
import { conversationOf, conversationPart } from "./conversation.ts";
import { type Page, type PageRoom, pathNav, projectPath } from "./layout.ts";

const commentsShown = 3;

/** Where a comment is written: a page of its own, which never looks again by itself. */
export function commentPage(room: PageRoom, project: Project, thread: Thread): Page {
  const { world, actsAs } = room;
  if (actsAs === undefined) throw new Refusal(403, "Nobody may write here: the pages are read only.");
  const at = projectPath(project, `/${thread.pull === undefined ? "issues" : "pull"}/${thread.number}`);
  const { comments, reactions } = conversationOf(world, thread);
  const last = comments.slice(-commentsShown);
  return {
    title: `Comment on #${thread.number}`,
    body: () => html`${pathNav(project, html`<a href="${at}">#${thread.number}</a>`)}
<h1>Comment on ${thread.title} <span class="dim number">#${thread.number}</span></h1>
<form method="post" action="${at}/comment">
<p><label for="body">As <strong>${actsAs}</strong>, in Markdown:</label></p>
<textarea id="body" name="body" required autofocus maxlength="65536"></textarea>
<div class="row"><button class="main">Comment</button><a class="button" href="${at}">Back</a></div>
</form>
${last.length === 0 ? "" : html`<h2>What was said last</h2>${conversationPart(world, project, thread, { comments: last, reactions }, { withDescription: false })}`}`,
  };
}
