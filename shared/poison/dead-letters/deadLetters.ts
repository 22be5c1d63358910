import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { DeadLetterQueue, DeadLetterQueues } from "../../message/deadLetterQueues.ts";
import type { FailingLetters } from "../store/failingLetters.ts";
import type { Drain } from "./drain.ts";
import { describeFailing, type FailingLetter } from "./failing.ts";
import { whyOf } from "./trouble.ts";

export interface DeadLetters {
  /** Captures what is in the dead-letter queues, for less than a minute. Never throws. */
  readonly capture: (log: Log) => Promise<void>;
  /** Which queues have letters that could not be captured, for health. */
  readonly warning: () => Promise<string | undefined>;
  /** Ends what is going on, and the connection. */
  readonly close: () => Promise<void>;
}

export interface DeadLettersDeps {
  readonly clock: Clock;
  readonly queues: DeadLetterQueues;
  readonly drain: Drain;
  readonly failing: Pick<FailingLetters, "all">;
}

/** Shorter than the lock of the entities, so that what is held can be given back. */
const ROUND_MS = 45_000;

/** The dead letters of all queues, at the same time: trouble with one keeps no other waiting. */
export const makeDeadLetters = ({ clock, queues, drain, failing }: DeadLettersDeps): DeadLetters => {
  /** Why a queue could not be read: told once. */
  const unread = new Map<string, string>();
  let isClosing = false;
  let round: Promise<void> | undefined;

  const drainOne = async (
    queue: DeadLetterQueue,
    known: ReadonlyMap<string, FailingLetter>,
    isTimeUp: () => boolean,
    log: Log,
  ): Promise<void> => {
    try {
      await drain(queue, known, isTimeUp, log);
      unread.delete(queue.name);
    } catch (error) {
      const why = whyOf(error);
      if (unread.get(queue.name) !== why) log("deadLetters.unread", { queue: queue.name, why });
      unread.set(queue.name, why);
    }
  };

  const drainAll = async (log: Log): Promise<void> => {
    const endMs = clock.now() + ROUND_MS;
    const isTimeUp = (): boolean => isClosing || clock.now() >= endMs;
    const known = await failing.all();
    await Promise.all(queues.queues.map((queue) => drainOne(queue, known, isTimeUp, log)));
  };

  return {
    capture: (log) =>
      // One that an operator starts by hand joins the one that is going on
      (round ??= drainAll(log).finally(() => {
        round = undefined;
      })),
    warning: async () => describeFailing((await failing.all()).values()),
    async close() {
      isClosing = true;
      await round;
      await queues.close();
    },
  };
};
