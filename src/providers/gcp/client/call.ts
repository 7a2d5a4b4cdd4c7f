import type { Service } from "../kinds.ts";

/** One call in the words of the official client. */
export interface Call {
  readonly service: Service;
  /** Method of the service: `aggregatedList`. */
  readonly method: string;
  readonly request: object;
  /** Partial answer: `items(name,id),nextPageToken`. */
  readonly fields?: string;
  /** What it is for, in messages. */
  readonly doing: string;
  /** Key of the resource it is about; empty: none in particular. */
  readonly resource: string;
}
