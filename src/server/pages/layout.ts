import { html, type Part } from "../../markup/html.ts";
import { baseStyle, wholePage } from "../../markup/look.ts";
import { newsStyle } from "../../markup/news.ts";

/** The one style of every page; let through a strict content policy by its digest. */
export const styleText = `${baseStyle}${newsStyle}`;

/** How often a page that nobody reads for long looks again by itself. */
export const listSeconds = 5;

/** One page: where it belongs, what it shows, how often it looks again by itself. */
export function page(title: string, body: Part, refreshSeconds?: number): string {
  return wholePage({
    ...{ title: `${title} · Plumbline`, style: styleText, body, refreshSeconds },
    header: html`<strong><a href="/">Plumbline</a></strong><a href="/">Fleets</a><a href="/metrics">Metrics</a><a href="/api/v1/status">JSON</a>`,
  });
}
