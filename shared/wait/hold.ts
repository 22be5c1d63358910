import type { Clock } from "../clock.ts";
import { nextBackoffMs } from "./backoff.ts";

export interface HoldSettings {
  /** How long one delivery may be held in all, in milliseconds. */
  readonly holdBudgetMs: number;
  /** The first back-off, in milliseconds; the next ones grow from it. */
  readonly backoffBaseMs: number;
}

/**
 * Waits before the next try, `retryAfterMs` or longer, but never past the budget.
 * @returns false when the budget is used up: give the message back
 */
export type Hold = (
  retryAfterMs: number,
  onWait: (waitMs: number) => void | Promise<void>,
) => Promise<boolean>;

/** The hold of one delivery; its budget runs from now. */
export const startHold = (clock: Clock, { holdBudgetMs, backoffBaseMs }: HoldSettings): Hold => {
  const endMs = clock.now() + holdBudgetMs;
  let retries = 0;
  return async (retryAfterMs, onWait) => {
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) return false;
    const wishMs = nextBackoffMs(retries, retryAfterMs, backoffBaseMs, clock.random);
    retries += 1;
    // The rest of the budget is waited out all the same: what is given back is delivered again at once
    const waitMs = Math.min(wishMs, leftMs);
    await onWait(waitMs);
    await clock.sleep(waitMs);
    return wishMs < leftMs;
  };
};
