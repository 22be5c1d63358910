import type { Clock } from "../../shared/clock.ts";

export interface FakeClock extends Clock {
  /** Every wait so far, in milliseconds. */
  readonly waits: readonly number[];
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
}

/** A clock on which every sleep is over at once and time passes by what was slept. */
export const fakeClock = (startMs = Date.UTC(2026, 0, 1)): FakeClock => {
  let nowMs = startMs;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
    },
    sleep: (ms) => {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
    random: () => 1,
  };
};
