/** The candidate that the word was most likely meant to be; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters alone: `poll_interval`, `poll-interval` and `PollInterval` all mean `pollInterval`. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, "");
}

/** Steps (insert, remove, change, swap of two neighbours) from one word to the other. */
function editDistance(left: string, right: string): number {
  if (left.length > 64 || right.length > 64) return left === right ? 0 : 64;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      let steps = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + cost);
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) steps = Math.min(steps, at(beforePrevious, column - 2) + 1);
      current.push(steps);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.MAX_SAFE_INTEGER - 1;
}
