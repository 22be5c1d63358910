/** What reading a letter only to give it back may cost: one in so many milliseconds. */
const LETTER_MS = 2000;
/** A new letter is seen after so long at the latest. */
const REST_MAX_MS = 5 * 60_000;
/** So many of those that wait are due before they are read again: not all of them for one. */
const SHARE = 0.1;

/**
 * How long a queue is left alone after it was read to where it goes, in milliseconds: letters that must wait are read
 * and given back, and each time is paid for. A few are read at every round, hundreds every five minutes. Pure.
 * @param dueAt when the letters are due that were given back (ISO 8601)
 */
export const restMs = (dueAt: readonly string[], nowMs: number): number => {
  const firstMs = dueAt.map((at) => Date.parse(at)).toSorted((a, b) => a - b)[
    Math.floor(dueAt.length * SHARE)
  ];
  const untilDueMs = Math.max(0, (firstMs ?? nowMs) - nowMs);
  return Math.min(untilDueMs, dueAt.length * LETTER_MS, REST_MAX_MS);
};
