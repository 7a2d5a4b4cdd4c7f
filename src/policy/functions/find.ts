import type { RE2JS } from "@bufbuild/re2";

/** Where a match begins and ends. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

type Program = ReturnType<RE2JS["re2"]>["prog"];
type Step = ReturnType<Program["getInst"]>;

/** Instructions of the compiled program, in RE2's own order. */
const choice = 1;
const choiceOfMatch = 2;
const capture = 3;
const assertion = 4;
const match = 6;
const nothing = 7;
const firstRune = 8;

interface Thread {
  readonly at: number;
  readonly start: number;
}

/**
 * Finds the first match from an offset on, the way Perl and Go prefer it. The engine itself only says whether there is one.
 * All ways to match are walked side by side, so the time is the text's length times the program's size, never more.
 */
export function findMatch(
  expression: RE2JS,
  text: string,
  from: number,
  pay: (units: number) => void,
): Match | undefined {
  const program = expression.re2().prog;
  let threads: Thread[] = [];
  let best: Match | undefined;
  for (let offset = from; ; ) {
    const rune = text.codePointAt(offset) ?? -1;
    const conditions = conditionsAt(before(text, offset), rune);
    const seen = new Set<number>();
    const open: Thread[] = [];
    for (const thread of threads) follow(program, thread, conditions, seen, open);
    if (best === undefined) follow(program, { at: program.start, start: offset }, conditions, seen, open);
    pay(seen.size);
    threads = [];
    for (const thread of open) {
      const step = program.getInst(thread.at);
      if (step.op === match) {
        // Threads after this one are less wanted.
        best = { start: thread.start, end: offset };
        break;
      }
      if (rune >= 0 && step.matchRune(rune)) threads.push({ at: step.out, start: thread.start });
    }
    if (rune < 0 || (threads.length === 0 && best !== undefined)) return best;
    offset += rune > 0xffff ? 2 : 1;
  }
}

/** Follows a thread to the instructions that read a character or end a match, the most wanted first. */
function follow(program: Program, thread: Thread, conditions: number, seen: Set<number>, open: Thread[]): void {
  const waiting = [thread.at];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step: Step = program.getInst(at);
    if (step.op === choice || step.op === choiceOfMatch) waiting.push(step.arg, step.out);
    else if (step.op === capture || step.op === nothing) waiting.push(step.out);
    else if (step.op === assertion) {
      if ((step.arg & ~conditions) === 0) waiting.push(step.out);
    } else if (step.op === match || step.op >= firstRune) open.push({ at, start: thread.start });
  }
}

function before(text: string, offset: number): number {
  if (offset === 0) return -1;
  const last = text.charCodeAt(offset - 1);
  const isLow = last >= 0xdc00 && last <= 0xdfff && offset > 1;
  return isLow ? (text.codePointAt(offset - 2) ?? last) : last;
}

/** Which of begin and end of line, begin and end of text, word boundary and its opposite hold between two characters. */
function conditionsAt(left: number, right: number): number {
  const beginsText = left < 0 ? 5 : left === 10 ? 1 : 0;
  const endsText = right < 0 ? 10 : right === 10 ? 2 : 0;
  return beginsText | endsText | (isWord(left) === isWord(right) ? 32 : 16);
}

function isWord(rune: number): boolean {
  return rune >= 0 && rune < 128 && /\w/.test(String.fromCharCode(rune));
}
