import { z } from "zod";

import type { DeadLetter } from "../../message/deadLetter.ts";
import { present } from "../../present.ts";
import type { Captured } from "./captureLetter.ts";
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
    /** An outage keeps it from its usual capture; the last resort was not tried. */
    isWaiting: z.literal(true).exactOptional(),
  })
  .readonly();
export type FailingLetter = z.infer<typeof FailingLetter>;

type Uncaptured = Exclude<Captured, { readonly kind: "captured" }>;

const BASE_MS = 15_000;
const CAP_MS = 60 * 60_000;
const WHY_MAX = 500;

/** The wait after so many failures, in milliseconds: 15 s, then twice as long each time, up to an hour. Pure. */
const waitMs = (failures: number): number => Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 20));

/** A dead letter after it has failed once more. Pure. Counted here: the broker gives no dead letter up. */
export const failedAgain = (
  before: FailingLetter | undefined,
  letter: DeadLetter,
  { kind, why }: Uncaptured,
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
    ...present({ isWaiting: kind === "waits" ? true : undefined }),
  };
};
