import { z } from "zod";

import type { DeadLetter } from "../../message/deadLetter.ts";
import { present } from "../../present.ts";
import { letterId } from "./letterId.ts";

/** A dead letter that could not be captured. Times are ISO 8601. */
export const FailingLetter = z
  .object({
    id: z.string(),
    queue: z.string(),
    sequenceNumber: z.string(),
    failures: z.int(),
    since: z.string(),
    /** It is left alone until then. */
    nextAt: z.string(),
    why: z.string(),
    /** When an alert told of it. */
    alertedAt: z.string().exactOptional(),
  })
  .readonly();
export type FailingLetter = z.infer<typeof FailingLetter>;

const BASE_MS = 15_000;
const CAP_MS = 60 * 60_000;
const WHY_MAX = 500;

/** The wait after so many failures, in milliseconds: 15 s, then twice as long each time, up to an hour. Pure. */
const waitMs = (failures: number): number => Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 20));

/** A dead letter after it has failed once more. Pure. Counted here: the broker gives no dead letter up. */
export const failedAgain = (
  before: FailingLetter | undefined,
  letter: DeadLetter,
  why: string,
  nowMs: number,
): FailingLetter => {
  const failures = (before?.failures ?? 0) + 1;
  return {
    id: letterId(letter),
    queue: letter.queue,
    sequenceNumber: letter.sequenceNumber,
    failures,
    since: before?.since ?? new Date(nowMs).toISOString(),
    nextAt: new Date(nowMs + waitMs(failures)).toISOString(),
    why: why.slice(0, WHY_MAX).toWellFormed(),
    ...present({ alertedAt: before?.alertedAt }),
  };
};

/** For health: which queues, how many and since when; undefined when there are none. Pure. */
export const describeFailing = (letters: Iterable<FailingLetter>): string | undefined => {
  const queues = new Map<string, { readonly count: number; readonly since: string }>();
  for (const { queue, since } of letters) {
    const known = queues.get(queue);
    const isOlder = known === undefined || since < known.since;
    queues.set(queue, { count: (known?.count ?? 0) + 1, since: isOlder ? since : known.since });
  }
  return queues.size === 0
    ? undefined
    : [...queues].map(([queue, { count, since }]) => `${queue}: ${count} since ${since}`).join(", ");
};
