import type { Clock } from "../clock.ts";

/** How many may be sent now. */
export interface Throttle {
  /** Takes as many as the rate allows, at most `wanted`. */
  readonly take: (wanted: number) => number;
}

/** At most so many a second, on average and never more than a second's worth at once; no rate allows all. */
export const makeThrottle = (clock: Clock, ratePerSecond: number | undefined): Throttle => {
  if (ratePerSecond === undefined) return { take: (wanted) => wanted };
  let credit = 0;
  let atMs = clock.now();
  return {
    take: (wanted) => {
      const nowMs = clock.now();
      credit = Math.min(Math.max(1, ratePerSecond), credit + ((nowMs - atMs) / 1000) * ratePerSecond);
      atMs = nowMs;
      const taken = Math.min(wanted, Math.floor(credit));
      credit -= taken;
      return taken;
    },
  };
};
