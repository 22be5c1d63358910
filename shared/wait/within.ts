import type { Clock } from "../clock.ts";

/** What became of a task, or undefined when it takes too long; it goes on all the same. */
export const within = async <T>(clock: Clock, ms: number, task: Promise<T>): Promise<T | undefined> =>
  Promise.race([task, clock.sleep(ms).then(() => undefined)]);
