import { z } from "zod";

import { present } from "../../present.ts";
import type { Drained } from "./drain.ts";

/** A queue with dead letters that could not be captured, or could not be read. Times are ISO 8601. */
export const QueueTrouble = z
  .object({
    queue: z.string(),
    since: z.string(),
    /** How many letters could not be captured. */
    count: z.int(),
    /** When the alert told of it. */
    alertedAt: z.string().exactOptional(),
    /** Why they cannot be read, in a word, and since when. */
    unread: z.string().exactOptional(),
    unreadSince: z.string().exactOptional(),
  })
  .readonly();
export type QueueTrouble = z.infer<typeof QueueTrouble>;

/** The trouble of a queue after a round; undefined when there is none, or it is over. Pure. */
export const troubleAfter = (
  before: QueueTrouble | undefined,
  queue: string,
  { failing, isAll, unread }: Drained,
  at: string,
): QueueTrouble | undefined => {
  if (failing.size === 0 && unread === undefined) {
    // Nothing is over before all letters have been seen
    if (isAll || before?.alertedAt === undefined) return undefined;
  }
  const oldest = [...failing.values()].map(({ since }) => since).toSorted()[0];
  return {
    queue,
    since: oldest ?? before?.since ?? at,
    count: failing.size,
    ...present({
      alertedAt: before?.alertedAt,
      unread,
      unreadSince: unread === undefined ? undefined : (before?.unreadSince ?? at),
    }),
  };
};

const describe = ({ queue, count, since, unread, unreadSince }: QueueTrouble): readonly string[] => [
  ...(count > 0 ? [`${queue}: ${count} since ${since}`] : []),
  ...(unread !== undefined && unreadSince !== undefined
    ? [`${queue}: unread (${unread}) since ${unreadSince}`]
    : []),
];

/** For health: which queues, how many letters and since when; undefined when there are none. Pure. */
export const describeTroubles = (troubles: Iterable<QueueTrouble>): string | undefined => {
  const all = [...troubles].flatMap(describe);
  return all.length === 0 ? undefined : all.join(", ");
};
