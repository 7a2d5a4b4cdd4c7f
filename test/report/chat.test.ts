import * as fc from "fast-check";
import * as assert from "uvu/assert";
import type { Announcement } from "../../src/report/announcement.ts";
import { announcementDocument, chatCode, chatMessage, chatText, consoleText, oneLine } from "../../src/report/chat.ts";
import { suite } from "../support/suite.ts";

const test = suite("report/chat");

const announcement: Announcement = {
  ...{ event: "refused", mood: "bad", fleet: "example", repository: "acme/fleet", commit: "1a2b3c4d5e6f" },
  title: 'example 1a2b3c4d "Grow <!channel>" refused: 3 to delete; nothing was applied',
  particulars: [
    { subject: "limits/delete-budget", text: "Too *many* deletes: see <http://evil.example|here> @here" },
    { subject: "", text: "and 2 more" },
  ],
  url: "https://github.com/acme/fleet/commit/1a2b3c4d5e6f",
  report: { outcome: "refused" },
};

const hostile = [
  ["<!channel> <@U123> <http://a.b|c>", /[<>]/],
  ["@channel @here @ada", /@[a-z]/],
  ["http://evil.example https://x", /:\/\//],
  ["www.evil.example and evil.com", /\.(com|example)/],
  ["*bold* ~gone~ `code` ```block```", /[*~`]/],
  ["_slanted_ and _more", /(^|\s)_|_(\s|$)/],
  ["[text](http://x) [text][1]", /\][([]/],
  ["#general #1", /#\w/],
  ["line\nbreak \u202egnp.exe", /[\n\u202e]/],
] as const;

for (const [text, forbidden] of hostile) {
  test(`neutralised: ${JSON.stringify(text)}`, () => assert.not.match(chatText(text), forbidden));
}

test("names of fields and ordinary sentences stay as they are", () => {
  assert.is(chatText("min_replicas of web-0 is 3, not 2."), "min_replicas of web-0 is 3, not 2.");
  assert.is(chatCode("gcp/instance/default/web_0"), "`gcp/instance/default/web_0`");
  assert.is(chatCode("a`b<c"), "`aˋb&lt;c`");
  assert.is(chatCode(""), "");
});

test("no text makes a mention, a link or a tag", () => {
  const parts = fc.constantFrom("<", ">", "!", "@", "channel", "|", "http://", "&lt;", "*", "`", "_", "a", " ", "\n");
  fc.assert(
    fc.property(fc.array(parts), (texts) => {
      assert.not.match(chatText(texts.join("")), /[<>*`\n]|@\w|:\/\//);
      assert.not.match(chatCode(texts.join("")).slice(1, -1), /[<>`\n]/);
    }),
  );
});

test("a message has our link, a colour, and a line for each particular", () => {
  const message = chatMessage(announcement) as {
    text: string;
    attachments: readonly { color: string; text: string; title_link: string }[];
  };
  assert.match(message.text, /refused: 3 to delete/);
  assert.not.match(message.text, /<!/);
  const [attachment] = message.attachments;
  assert.is(attachment?.title_link, announcement.url);
  assert.match(attachment?.text ?? "", /^• `limits\/delete-budget` Too ∗many∗ deletes/);
  assert.match(attachment?.text ?? "", /• and 2 more$/);
});

test("a message stays within what chats take, and a strange address is no link", () => {
  const particulars = Array.from({ length: 10 }, (_, index) => ({ subject: `${index}`, text: "<".repeat(400) }));
  const message = chatMessage({ ...announcement, particulars, url: "https://x/<!channel>" });
  assert.ok(JSON.stringify(message).length < 5_000);
  assert.not.match(JSON.stringify(message), /title_link/);
});

test("programs get one document on one line, consoles a line and its particulars", () => {
  const document = announcementDocument(announcement, { id: "abc", at: "2026-01-01T00:00:00.000Z" });
  const line = oneLine(document);
  assert.not.match(line, /\n/);
  assert.equal((JSON.parse(line) as { report: unknown }).report, { outcome: "refused" });
  assert.is(document.apiVersion, "plumbline.dev/v1");
  const text = consoleText(announcement, "2026-01-01T12:34:56.000Z");
  assert.match(text, /^12:34:56 {2}example 1a2b3c4d/);
  assert.match(text, /\n {4}limits\/delete-budget {2}Too/);
});

test.run();
