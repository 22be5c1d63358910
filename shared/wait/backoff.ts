const CAP_MS = 30_000;

/**
 * The back-off before the next try, in milliseconds: exponential from `baseMs`, at most 30 s, half of it by chance,
 * and never shorter than the server asked for.
 * @param retries how often it was waited before, from 0
 * @param random a number from 0 up to 1
 */
export const nextBackoffMs = (
  retries: number,
  retryAfterMs: number,
  baseMs: number,
  random: () => number,
): number => {
  const grownMs = Math.min(CAP_MS, baseMs * 2 ** Math.min(retries, 16));
  return Math.max(retryAfterMs, Math.round(grownMs * (0.5 + random() / 2)));
};
