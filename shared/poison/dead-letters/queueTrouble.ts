import { z } from "zod";

import { present } from "../../present.ts";
import type { Drained } from "./drain.ts";

/** A queue with dead letters that could not be captured. Times are ISO 8601. */
export const QueueTrouble = z
  .object({
    queue: z.string(),
    since: z.string(),
    /** How many letters could not be captured. */
    count: z.int(),
    /** When the alert told of it. */
    alertedAt: z.string().exactOptional(),
  })
  .readonly();
export type QueueTrouble = z.infer<typeof QueueTrouble>;

/** The trouble of a queue after a round; undefined when there is none, or it is over. Pure. */
export const troubleAfter = (
  before: QueueTrouble | undefined,
  queue: string,
  { failing, isAll }: Drained,
  at: string,
): QueueTrouble | undefined => {
  // Nothing is over before all letters have been seen
  if (failing.size === 0) return isAll ? undefined : before;
  const since = [...failing.values()].reduce((oldest, one) => (one.since < oldest ? one.since : oldest), at);
  return {
    queue,
    since: before?.since ?? since,
    count: failing.size,
    ...present({ alertedAt: before?.alertedAt }),
  };
};

/** For health: which queues, how many letters and since when; undefined when there are none. Pure. */
export const describeTroubles = (troubles: Iterable<QueueTrouble>): string | undefined => {
  const all = [...troubles].map(({ queue, count, since }) => `${queue}: ${count} since ${since}`);
  return all.length === 0 ? undefined : all.join(", ");
};
