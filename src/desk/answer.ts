/** What a request came to. */
export interface Answer {
  readonly isDone: boolean;
  /** Markdown; empty when the reaction says enough. */
  readonly text: string;
}
