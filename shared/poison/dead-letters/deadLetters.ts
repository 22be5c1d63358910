import type { Clock } from "../../clock.ts";
import type { Table } from "../../ledger/table/table.ts";
import type { Log } from "../../log.ts";
import type { DeadLetterAlert } from "../../message/deadLetterAlert.ts";
import type { DeadLetterQueue, DeadLetterQueues } from "../../message/deadLetterQueues.ts";
import { makeFailingLetters } from "../store/failingLetters.ts";
import { keyOfQueue, makeQueueTroubles } from "../store/queueTroubles.ts";
import type { CaptureLetter } from "./captureLetter.ts";
import { makeDrain } from "./drain.ts";
import type { FailingLetter } from "./failing.ts";
import { makeForgetGone } from "./forgetGone.ts";
import { describeTroubles, type QueueTrouble } from "./queueTrouble.ts";
import { restMs } from "./restMs.ts";
import { makeTellTrouble } from "./tellTrouble.ts";
import { makeTryLetter } from "./tryLetter.ts";

export interface DeadLetters {
  /** Captures what is in the dead-letter queues; begins no letter after half a minute. Never throws. */
  readonly capture: (log: Log) => Promise<void>;
  /** Which queues have letters that could not be captured, or read, for health. */
  readonly warning: () => Promise<string | undefined>;
  /** Ends what is going on, and the connection. */
  readonly close: () => Promise<void>;
}

export interface DeadLettersDeps {
  readonly clock: Clock;
  readonly queues: DeadLetterQueues;
  readonly capture: CaptureLetter;
  /** Where letters that fail, and queues in trouble, are remembered. */
  readonly table: Table;
  /** Throws when the broker did not say that it has the alert. */
  readonly publish: (alert: DeadLetterAlert) => Promise<void>;
}

/** What is known when a round begins. */
interface Known {
  readonly letters: ReadonlyMap<string, FailingLetter>;
  readonly troubles: ReadonlyMap<string, QueueTrouble>;
}

/**
 * When the last letters are begun: half of the lock of the entities (servicebus.config.json) is left for them. One that
 * takes longer, with ledger and broker both slow, is read again.
 */
const ROUND_MS = 30_000;

/** The dead letters of all queues, at the same time: trouble with one keeps no other waiting. */
export const makeDeadLetters = ({ clock, queues, capture, table, publish }: DeadLettersDeps): DeadLetters => {
  const failing = makeFailingLetters(table, clock);
  const troubles = makeQueueTroubles(table, clock);
  const drain = makeDrain({ clock, tryLetter: makeTryLetter({ clock, capture, failing }) });
  const forgetGone = makeForgetGone({ clock, failing });
  const tellTrouble = makeTellTrouble({ clock, troubles, publish });
  /** Until when a queue is left alone, by its name. */
  const restUntilMs = new Map<string, number>();
  let isClosing = false;
  let round: Promise<void> | undefined;

  const drainOne = async (
    queue: DeadLetterQueue,
    known: Known,
    isTimeUp: () => boolean,
    log: Log,
  ): Promise<void> => {
    const letters = new Map([...known.letters].filter(([, letter]) => letter.queue === queue.name));
    const before = known.troubles.get(keyOfQueue(queue.name));
    if (clock.now() < (restUntilMs.get(queue.name) ?? 0)) return;
    const drained = await drain(queue, letters, before?.unread, isTimeUp, log);
    restUntilMs.set(queue.name, clock.now() + restMs(drained.dueAt, clock.now()));
    await tellTrouble(before, queue.name, await forgetGone(drained), log);
  };

  const drainAll = async (log: Log): Promise<void> => {
    const endMs = clock.now() + ROUND_MS;
    const isTimeUp = (): boolean => isClosing || clock.now() >= endMs;
    const known = { letters: await failing.load(), troubles: await troubles.load() };
    await Promise.all(queues.queues.map((queue) => drainOne(queue, known, isTimeUp, log)));
  };

  return {
    capture: (log) =>
      // One that an operator starts by hand joins the one that is going on
      (round ??= drainAll(log).finally(() => {
        round = undefined;
      })),
    warning: async () => describeTroubles((await troubles.look()).values()),
    async close() {
      isClosing = true;
      await round;
      await queues.close();
    },
  };
};
