import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { startHold, type HoldSettings } from "./hold.ts";

/**
 * Tries until it is done or the hold budget is used up; then throws what the last try threw.
 * @param what names what is tried, for the log
 */
export type Patiently = <T>(what: string, task: () => Promise<T>, log: Log) => Promise<T>;

export const makePatiently =
  (clock: Clock, settings: HoldSettings): Patiently =>
  async (what, task, log) => {
    const hold = startHold(clock, settings);
    for (;;) {
      try {
        return await task();
      } catch (error) {
        const why = error instanceof Error ? error.message : "unknown";
        const hasTime = await hold(0, (waitMs) => {
          log("step.held", { what, why, waitMs });
        });
        if (!hasTime) throw error;
      }
    }
  };
