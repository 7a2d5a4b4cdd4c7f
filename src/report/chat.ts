import type { Json, JsonObject } from "../core/json.ts";
import type { Announcement } from "./announcement.ts";
import { jsonVersion } from "./json.ts";
import { cut, escapeHidden, visible } from "./text.ts";

/** Breaks a word for a chat without anybody seeing it. */
const joint = "\u200b";

/** What a whole message may measure; chats cut or refuse longer ones. */
const longestText = 3_000;

const colours = { good: "#2eb67d", neutral: "#888888", bad: "#e01e5a" } as const;

/** Signs that would be formatting, and what looks the same and is none. */
const lookalikes: Readonly<Record<string, string>> = { "*": "∗", "~": "∼", "`": "ˋ" };

/** Text of others in a chat message: no formatting, mention, channel, link or entity survives. */
export function chatText(text: string): string {
  return unlinked(visible(text))
    .replace(/[*~`]/g, (sign) => lookalikes[sign] ?? "")
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, "＿")
    .replace(/\](?=[([])/g, `]${joint}`)
    .replace(/[&<>]/g, entityOf);
}

/** Text of others in a code span of a chat message. */
export function chatCode(text: string): string {
  const shown = visible(text)
    .replaceAll("`", lookalikes["`"] ?? "")
    .replace(/[&<>]/g, entityOf);
  return shown === "" ? "" : `\`${shown}\``;
}

function unlinked(text: string): string {
  return text
    .replace(/@(?=\S)/g, `@${joint}`)
    .replace(/#(?=[\p{L}\p{N}])/gu, `#${joint}`)
    .replace(/:(?=\/\/)/g, `:${joint}`)
    .replace(/\b(mailto|tel|javascript|data):/gi, `$1${joint}:`)
    .replace(/\.(?=[\p{L}]{2,}\b)/gu, `.${joint}`);
}

function entityOf(sign: string): string {
  return sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : "&gt;";
}

/** The announcement as Slack takes it, and everything that speaks its language: one attachment with a coloured bar. Our own link is the only one. */
export function chatMessage(announcement: Announcement): JsonObject {
  const { title, particulars, url, mood } = announcement;
  const lines = particulars.map(({ subject, text }) =>
    [`•`, chatCode(subject), chatText(text)].filter((part) => part !== "").join(" "),
  );
  const text = withinLength(lines).join("\n");
  return {
    text: chatText(title),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: colours[mood],
        fallback: chatText(title),
        ...(text === "" ? {} : { text }),
        ...(isLink(url) ? { title: linkTitle(announcement), title_link: url } : {}),
        mrkdwn_in: ["text"],
      },
    ],
  };
}

function linkTitle({ event }: Announcement): string {
  return event === "review" ? "The pull request" : "The commit";
}

function isLink(url: string): boolean {
  return /^https?:\/\/[^\s<>|"]+$/.test(url);
}

function withinLength(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > longestText) return [...kept, "…"];
    kept.push(line);
  }
  return kept;
}

/** The announcement as one JSON document, for programs. */
export function announcementDocument(
  announcement: Announcement,
  facts: { readonly id: string; readonly at: string },
): JsonObject {
  const { event, mood, fleet, repository, commit, title, particulars, url, report } = announcement;
  return {
    ...{ apiVersion: jsonVersion, ...facts, event, mood, fleet, repository, commit, title, url },
    particulars: particulars.map(({ subject, text }) => ({ subject, text }) satisfies Json),
    report,
  };
}

/** A document on one line; what no eye could see is escaped. */
export function oneLine(document: JsonObject): string {
  return escapeHidden(JSON.stringify(document));
}

/** The announcement for a console: a line, and one for each particular. */
export function consoleText({ title, particulars, url }: Announcement, atIso: string): string {
  const lines = particulars.map(({ subject, text }) => `    ${cut([subject, text].filter(Boolean).join("  "), 300)}`);
  return `${[`${atIso.slice(11, 19)}  ${title}${url === "" ? "" : `  ${url}`}`, ...lines].join("\n")}\n`;
}
