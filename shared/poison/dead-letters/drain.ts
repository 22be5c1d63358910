import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { toDeadLetterAlert, type DeadLetterAlert } from "../../message/deadLetterAlert.ts";
import type { DeadLetterQueue, LockedLetter } from "../../message/deadLetterQueues.ts";
import type { FailingLetters } from "../store/failingLetters.ts";
import type { Captured, CaptureLetter } from "./captureLetter.ts";
import { failedAgain, type FailingLetter } from "./failing.ts";
import { letterId } from "./letterId.ts";

export interface DrainDeps {
  readonly clock: Clock;
  readonly capture: CaptureLetter;
  readonly failing: Pick<FailingLetters, "keep" | "remove">;
  /** Throws when the broker did not say that it has the alert. */
  readonly publish: (alert: DeadLetterAlert) => Promise<void>;
}

/** Captures the dead letters of one queue, until there are no more or the time is up. Throws when it cannot be read. */
export type Drain = (
  queue: DeadLetterQueue,
  known: ReadonlyMap<string, FailingLetter>,
  isTimeUp: () => boolean,
  log: Log,
) => Promise<void>;

const BATCH = 50;
const AT_ONCE = 10;
/** So many letters, or bytes, that must wait are held while those behind them are read. */
const HELD_MAX = 1000;
const HELD_BYTES_MAX = 32 * 1024 * 1024;
const ALERT_FAILURES = 3;
/** Longer than any lock: a letter that should have been tried so long ago, and is not there, has been taken away. */
const GONE_MS = 10 * 60_000;

const NOT_COMPLETED: Captured = {
  kind: "failed",
  why: "it is captured, and could not be taken off its queue",
};

/** A letter that was captured leaves its queue. */
const finish = async (captured: Captured, { complete }: LockedLetter): Promise<Captured> => {
  if (captured.kind === "failed") return captured;
  try {
    await complete();
    return captured;
  } catch {
    return NOT_COMPLETED;
  }
};

export const makeDrain = ({ clock, capture, failing, publish }: DrainDeps): Drain => {
  const nowIso = (): string => new Date(clock.now()).toISOString();

  /** Once a message: an outage that ends with the next try is nobody's to look at. */
  const alert = async (letter: FailingLetter, log: Log): Promise<FailingLetter> => {
    if (letter.failures < ALERT_FAILURES || letter.alertedAt !== undefined) return letter;
    const at = nowIso();
    const event = toDeadLetterAlert(letter, letter.id, at);
    try {
      await publish(event);
    } catch {
      // Told when it fails the next time
      return letter;
    }
    const { queue, sequenceNumber } = letter;
    log("deadLetter.alert", {
      queue,
      sequenceNumber,
      meaning: event.data.meaning,
      remedy: event.data.remedy,
    });
    return { ...letter, alertedAt: at };
  };

  return async (queue, known, isTimeUp, log) => {
    const held: LockedLetter[] = [];
    const seen = new Set<string>();
    let heldBytes = 0;
    const isRoom = (): boolean => held.length < HELD_MAX && heldBytes < HELD_BYTES_MAX;

    const hold = (locked: LockedLetter): void => {
      held.push(locked);
      heldBytes += locked.letter.body.length;
    };

    const take = async (locked: LockedLetter): Promise<void> => {
      const { letter } = locked;
      const id = letterId(letter);
      const before = known.get(id);
      seen.add(id);
      if (isTimeUp() || (before !== undefined && before.nextAt > nowIso())) return hold(locked);
      const captured = await finish(await capture(queue.name, letter, before?.failures ?? 0, log), locked);
      if (captured.kind === "captured") return before === undefined ? undefined : failing.remove(id);
      const after = failedAgain(before, letter, captured.why, clock.now());
      const { sequenceNumber, failures, nextAt, why } = after;
      log("deadLetter.failed", { queue: queue.name, sequenceNumber, failures, nextAt, why });
      await failing.keep(await alert(after, log));
      return hold(locked);
    };

    /** @returns whether there may be more */
    const takeBatch = async (): Promise<boolean> => {
      const batch = await queue.receive(BATCH);
      for (let start = 0; start < batch.length; start += AT_ONCE)
        await Promise.all(batch.slice(start, start + AT_ONCE).map(take));
      // The broker may hand over fewer than there are; what is held it hands over to nobody
      return batch.length > 0;
    };

    /** Somebody has emptied the queue, or made it anew. Only for a queue that was read to its end. */
    const forgetGone = async (): Promise<void> => {
      const before = new Date(clock.now() - GONE_MS).toISOString();
      for (const letter of known.values()) {
        if (letter.queue === queue.name && !seen.has(letter.id) && letter.nextAt < before)
          await failing.remove(letter.id);
      }
    };

    try {
      let isMore = true;
      while (isMore && !isTimeUp() && isRoom()) isMore = await takeBatch();
      if (!isMore) await forgetGone();
    } finally {
      await Promise.all(held.map(({ giveBack }) => giveBack()));
    }
  };
};
