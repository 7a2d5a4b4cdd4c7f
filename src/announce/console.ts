import type { AnnouncementEvent } from "../report/announcement.ts";
import { announcementDocument, consoleText, oneLine } from "../report/chat.ts";
import type { Target } from "./target.ts";

/** A target that is written to: lines for people, or one document a line for programs. */
export function createConsole(options: {
  readonly name: string;
  readonly events: ReadonlySet<AnnouncementEvent>;
  readonly format: "text" | "json";
  readonly write: (text: string) => void;
}): Target {
  const { name, events, format, write } = options;
  return {
    ...{ name, events },
    async deliver({ announcement, id, at }) {
      write(
        format === "text"
          ? consoleText(announcement, at)
          : `${oneLine(announcementDocument(announcement, { id, at }))}\n`,
      );
    },
    close: async () => undefined,
  };
}
