/** What a Network asks of the logs of its packets: the share of them, how long they are gathered, and what is told of each. */
export interface FlowLogsWish {
  /** Share of the packets, more than 0 and at most 1. */
  readonly sampling: number;
  readonly intervalSeconds: number;
  readonly metadata: "all" | "none";
}

/** Asks for flow logs of a Network. */
export const flowLogsNote = "plumbline.dev/flow-logs";

/** How long packets may be gathered before a line is written. */
const intervals: Readonly<Record<string, number>> = { "5s": 5, "30s": 30, "1m": 60, "5m": 300, "10m": 600, "15m": 900 };

/** Reads `true`, `false`, or settings such as `sampling=0.1,interval=30s,metadata=none`; undefined for anything else. */
export function flowLogsWish(text: string): FlowLogsWish | "none" | undefined {
  if (text === "false") return "none";
  let wish: FlowLogsWish = { sampling: 0.5, intervalSeconds: 5, metadata: "all" };
  if (text === "true") return wish;
  for (const part of text.split(",").map((one) => one.trim())) {
    const [name, value = ""] = part.split("=");
    const intervalSeconds = Object.hasOwn(intervals, value) ? intervals[value] : undefined;
    if (name === "sampling" && /^(1|1\.0+|0?\.\d{1,3})$/.test(value) && Number(value) > 0)
      wish = { ...wish, sampling: Number(value) };
    else if (name === "interval" && intervalSeconds !== undefined) wish = { ...wish, intervalSeconds };
    else if (name === "metadata" && (value === "all" || value === "none")) wish = { ...wish, metadata: value };
    else return undefined;
  }
  return wish;
}
