import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { DeadLetterQueueName, LockedLetter } from "../../message/deadLetterQueues.ts";
import type { FailingLetters } from "../store/failingLetters.ts";
import type { Captured, CaptureLetter } from "./captureLetter.ts";
import { failedAgain, type FailingLetter } from "./failing.ts";

export interface TryLetterDeps {
  readonly clock: Clock;
  readonly capture: CaptureLetter;
  readonly failing: Pick<FailingLetters, "keep" | "remove">;
}

/** Captures one letter and takes it off its queue. Never throws. @returns undefined when it did, else how it fails */
export type TryLetter = (
  queue: DeadLetterQueueName,
  locked: LockedLetter,
  before: FailingLetter | undefined,
  log: Log,
) => Promise<FailingLetter | undefined>;

const NOT_COMPLETED: Captured = {
  kind: "failed",
  why: "it was captured but may still be on its queue: the broker did not confirm its removal",
};

/** A letter that was captured leaves its queue. */
const finish = async (captured: Captured, { complete }: LockedLetter): Promise<Captured> => {
  if (captured.kind !== "captured") return captured;
  try {
    await complete();
    return captured;
  } catch {
    return NOT_COMPLETED;
  }
};

export const makeTryLetter =
  ({ clock, capture, failing }: TryLetterDeps): TryLetter =>
  async (queue, locked, before, log) => {
    const { letter } = locked;
    const captured = await finish(await capture(queue, letter, before?.since, log), locked);
    if (captured.kind === "captured") {
      if (before !== undefined) await failing.remove(before.id);
      return undefined;
    }
    const after = failedAgain(before, letter, captured, clock.now());
    const { sequenceNumber, failures, nextAt, why } = after;
    log("deadLetter.failed", { queue, sequenceNumber, failures, nextAt, why });
    await failing.keep(after);
    return after;
  };
