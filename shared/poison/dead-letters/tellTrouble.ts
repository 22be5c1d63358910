import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { toDeadLetterAlert, type DeadLetterAlert } from "../../message/deadLetterAlert.ts";
import { keyOfQueue, type QueueTroubles } from "../store/queueTroubles.ts";
import type { Drained } from "./drain.ts";
import type { FailingLetter } from "./failing.ts";
import { troubleAfter, type QueueTrouble } from "./queueTrouble.ts";

export interface TellTroubleDeps {
  readonly clock: Clock;
  readonly troubles: Pick<QueueTroubles, "keep" | "remove">;
  /** Throws when the broker did not say that it has the alert. */
  readonly publish: (alert: DeadLetterAlert) => Promise<void>;
}

/** Keeps what a round of one queue came to, for health and for the next round, and alerts. Never throws. */
export type TellTrouble = (
  before: QueueTrouble | undefined,
  queue: string,
  drained: Drained,
  log: Log,
) => Promise<void>;

const ALERT_FAILURES = 3;

/** The one to tell of; what only waits for an outage to pass is nobody's to look at. */
const worst = ({ failing }: Drained): FailingLetter | undefined =>
  [...failing.values()]
    .filter(({ failures, isWaiting }) => failures >= ALERT_FAILURES && isWaiting === undefined)
    .toSorted((a, b) => b.failures - a.failures)[0];

/** One alert a queue for as long as its trouble lasts, however many letters have a part in it. */
export const makeTellTrouble = ({ clock, troubles, publish }: TellTroubleDeps): TellTrouble => {
  const alert = async (trouble: QueueTrouble, letter: FailingLetter, log: Log): Promise<QueueTrouble> => {
    const { queue, count } = trouble;
    const at = new Date(clock.now()).toISOString();
    const event = toDeadLetterAlert({ ...trouble, why: letter.why }, at);
    try {
      await publish(event);
    } catch {
      // Told by the next round
      return trouble;
    }
    const { meaning, remedy } = event.data;
    log("deadLetter.alert", { queue, count, meaning, remedy });
    return { ...trouble, alertedAt: at };
  };

  return async (before, queue, drained, log) => {
    const after = troubleAfter(before, queue, drained, new Date(clock.now()).toISOString());
    if (after === undefined) return before === undefined ? undefined : troubles.remove(keyOfQueue(queue));
    const letter = after.alertedAt === undefined ? worst(drained) : undefined;
    await troubles.keep(letter === undefined ? after : await alert(after, letter, log));
  };
};
