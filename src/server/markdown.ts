import { Marked } from "marked";
import sanitize from "sanitize-html";
import { type Html, trusted } from "./html.ts";

const marked = new Marked({ gfm: true, breaks: false });

/** A comment's Markdown as a forge would show it: links to web pages only, no script, no style, no picture, no form. */
export function renderMarkdown(text: string): Html {
  const raw = marked.parse(text, { async: false });
  return trusted(
    sanitize(raw, {
      allowedTags: [
        ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em"],
        ...["strong", "del", "sub", "sup", "details", "summary", "a", "table", "thead", "tbody", "tr", "th", "td"],
      ],
      allowedAttributes: { a: ["href", "rel"], code: ["class"] },
      allowedClasses: { code: ["language-diff", "language-mermaid", "language-yaml", "language-json"] },
      allowedSchemes: ["http", "https"],
      transformTags: { a: sanitize.simpleTransform("a", { rel: "noopener noreferrer nofollow" }) },
      disallowedTagsMode: "escape",
    }),
  );
}
