/** How a limiter finds the rate that a throttle lets pass. Rates are calls per second. */
export interface LimiterSettings {
  /** The first rate, and what is left of a higher one after a pause. */
  readonly startRate: number;
  readonly minRate: number;
  readonly maxRate: number;
  /** What is added in each second in which all of the rate was used: this share of the rate that was throttled last. */
  readonly increase: number;
  /** What the rate is multiplied with when a call was throttled. */
  readonly decrease: number;
}

/** The pace of one level: a partner's calls, or one customer's. Times are milliseconds since 1970. */
export interface Limiter {
  readonly ratePerSecond: number;
  /** Until when nothing may pass; in the past when it may. */
  readonly heldUntilMs: number;
  /** When the next call may pass. */
  nextAtMs(nowMs: number): number;
  /** A call passes. */
  take(nowMs: number): void;
  succeeded(nowMs: number): void;
  /** A call was refused for the throttle's sake. @param retryAfterMs 0 when no time was named */
  throttled(nowMs: number, retryAfterMs: number): void;
}

/** A throttle that names no time is left alone for so long. */
export const UNNAMED_WAIT_MS = 1000;
/** Refusals of calls that were under way together count once. */
const ROUND_MS = 1000;
/** Added for each success while nothing was refused yet: the rate doubles in about one and a half seconds. */
const PROBE_STEP = 0.5;
/** Without a refusal for so long, the throttle has more to give: others may have stopped calling. */
const QUIET_MS = 20_000;
/** Then this is added for each success. */
const QUIET_STEP = 0.05;
/** After a pause of so long, what was found out about the rate is old. */
const PAUSE_MS = 60_000;

/**
 * Additive increase, multiplicative decrease; calls are held for `Retry-After`. They are spaced: nothing is saved up in a
 * pause, so that none is followed by a burst.
 */
export const makeLimiter = (settings: LimiterSettings): Limiter => {
  const { startRate, minRate, maxRate, increase, decrease } = settings;
  let rate = startRate;
  let heldUntilMs = 0;
  /** When the slot after the last call begins. */
  let freeAtMs = 0;
  let decreasedAtMs = -Infinity;
  /** The rate that was throttled last; undefined until there is one. */
  let ceiling: number | undefined;
  /** The last call came as soon as it could: the rate is what holds the calls back. */
  let isBinding = false;

  /** Per call, so that a second of calls at the full rate adds the whole step. */
  const stepAt = (nowMs: number): number => {
    if (ceiling === undefined) return PROBE_STEP;
    return nowMs - decreasedAtMs > QUIET_MS ? QUIET_STEP : (increase * ceiling) / rate;
  };

  return {
    get ratePerSecond() {
      return rate;
    },
    get heldUntilMs() {
      return heldUntilMs;
    },
    nextAtMs: (nowMs) => Math.max(nowMs, freeAtMs, heldUntilMs),
    take: (nowMs) => {
      if (freeAtMs > 0 && nowMs - freeAtMs > PAUSE_MS) rate = Math.max(Math.min(rate, startRate), rate / 2);
      isBinding = nowMs - freeAtMs < 500 / rate;
      freeAtMs = Math.max(nowMs, freeAtMs) + 1000 / rate;
    },
    succeeded: (nowMs) => {
      if (nowMs < heldUntilMs || !isBinding) return;
      rate = Math.min(maxRate, rate + stepAt(nowMs));
    },
    throttled: (nowMs, retryAfterMs) => {
      const waitMs = retryAfterMs > 0 ? retryAfterMs : UNNAMED_WAIT_MS;
      heldUntilMs = Math.max(heldUntilMs, nowMs + waitMs);
      if (nowMs < decreasedAtMs + ROUND_MS) return;
      decreasedAtMs = nowMs;
      ceiling = rate;
      rate = Math.max(minRate, rate * decrease);
    },
  };
};
