import { Marked, type Token, type Tokens } from "marked";
import sanitize from "sanitize-html";
import { escaped, type Html, plainly, trusted } from "./html.ts";

/** What a comment's text may lean on. */
export interface MarkdownOptions {
  /** Where `#12` leads, without the number; absent: it stays text. */
  readonly threadsUrl?: string;
}

const lineKinds: Readonly<Record<string, string>> = { "+": "added", "-": "removed", "@": "hunk" };

/** Lines of a diff, each marked as what it is by its first character. */
export function diffLines(text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines
    .map((line) => `<span class="line ${lineKinds[line[0] ?? ""] ?? ""}">${escaped(plainly(line))}\n</span>`)
    .join("");
}

/** Blocks of code: a diff in its colours; a diagram stays text, because drawing it would need a script. */
function codeBlock({ text, lang }: Tokens.Code): string {
  const language = (lang ?? "").split(/\s/)[0]?.toLowerCase() ?? "";
  if (language === "diff") return `<pre><code class="language-diff">${diffLines(text)}</code></pre>\n`;
  const block = `<pre><code class="language-${escaped(language)}">${escaped(plainly(text))}\n</code></pre>`;
  if (language !== "mermaid") return `${block}\n`;
  return `<figure>${block}<figcaption>A Mermaid diagram; github.com draws it.</figcaption></figure>\n`;
}

/** Numbers of threads in running text; not where they are part of a word, a path or an entity. */
const threadNumber = /(?<![\w&/#])#(\d{1,9})(?!\w)/g;

/** `#12` becomes a link, as it does in a forge; never within a link. */
function threadLinks(threadsUrl: string): (token: Token) => void {
  const settled = new WeakSet<object>();
  return (token) => {
    if (token.type === "link") for (const inner of token.tokens ?? []) settled.add(inner);
    if (token.type !== "text" || settled.has(token) || (token as Tokens.Text).tokens !== undefined) return;
    const text = (token as Tokens.Text).text;
    const pieces: Token[] = [];
    let end = 0;
    const keep = (upTo: number): void => {
      const part = text.slice(end, upTo);
      if (part !== "") pieces.push({ type: "text", raw: part, text: part, escaped: false });
    };
    for (const match of text.matchAll(threadNumber)) {
      keep(match.index);
      pieces.push({ type: "html", raw: match[0], text: `<a href="${escaped(threadsUrl)}${match[1]}">${match[0]}</a>` });
      end = match.index + match[0].length;
    }
    if (end === 0) return;
    keep(text.length);
    for (const piece of pieces) settled.add(piece);
    (token as Tokens.Text).tokens = pieces;
  };
}

function markedFor({ threadsUrl }: MarkdownOptions): Marked {
  // Comments keep the line breaks they were typed with.
  const marked = new Marked({ gfm: true, breaks: true });
  marked.use({
    renderer: {
      code: codeBlock,
      checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
      image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text === "" ? href : text)}</a>`,
    },
  });
  if (threadsUrl !== undefined) marked.use({ walkTokens: threadLinks(threadsUrl) });
  return marked;
}

/** More marks of emphasis than this in one paragraph take seconds to pair. */
const mostMarks = 6_000;
/** A line that opens more quotes and lists within each other than anybody reads. */
const deepLine = /^(?: {0,3}(?:>|[-*+] |\d{1,9}[.)] )){50}/m;

/** Markup of a text; undefined for one that is made to be slow or to nest without end. */
function parsed(text: string, options: MarkdownOptions): string | undefined {
  if (deepLine.test(text)) return undefined;
  if (text.split(/\n\s*\n/).some((paragraph) => (paragraph.match(/[*_]/g)?.length ?? 0) > mostMarks)) return undefined;
  try {
    return markedFor(options).parse(text, { async: false });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A comment's Markdown as a forge would show it: links to web pages only, no script, no style, no picture, no form. */
export function renderMarkdown(text: string, options: MarkdownOptions = {}): Html {
  const raw = parsed(text, options) ?? `<pre><code>${escaped(plainly(text))}</code></pre>`;
  return trusted(
    sanitize(raw, {
      allowedTags: [
        ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em"],
        ...["strong", "del", "sub", "sup", "details", "summary", "a", "table", "thead", "tbody", "tr", "th", "td"],
        ...["b", "i", "s", "ins", "kbd", "samp", "var", "dl", "dt", "dd", "div", "span", "figure", "figcaption"],
      ],
      allowedAttributes: {
        ...{ a: ["href", "rel"], code: ["class"], span: ["class"], th: ["align"], td: ["align"] },
        ...{ ol: ["start"], details: ["open"] },
      },
      allowedClasses: {
        code: ["language-diff", "language-mermaid", "language-yaml", "language-json"],
        span: ["line", "added", "removed", "hunk"],
      },
      allowedSchemes: ["http", "https"],
      allowProtocolRelative: false,
      transformTags: { a: sanitize.simpleTransform("a", { rel: "noopener noreferrer nofollow" }) },
      disallowedTagsMode: "escape",
    }),
  );
}
