import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { DeadLetterQueue, LockedLetter } from "../../message/deadLetterQueues.ts";
import { whyOf, wordOf } from "../trouble.ts";
import type { FailingLetter } from "./failing.ts";
import { letterId } from "./letterId.ts";
import type { TryLetter } from "./tryLetter.ts";

export interface DrainDeps {
  readonly clock: Clock;
  readonly tryLetter: TryLetter;
}

/** What came of the dead letters of one queue. */
export interface Drained {
  /** Those that could not be captured, by their ids: also those that were not seen this time. */
  readonly failing: ReadonlyMap<string, FailingLetter>;
  /** The ids of those that were there. */
  readonly seen: ReadonlySet<string>;
  /** Whether the queue was read to its end. */
  readonly isAll: boolean;
  /** When those are due that were read and given back (ISO 8601); nothing when there was no time for all. */
  readonly dueAt: readonly string[];
  /** Why it could not be read to its end, in a word. */
  readonly unread?: string;
}

/**
 * Captures the dead letters of one queue, until there are no more or the time is up. Never throws.
 * @param known those of this queue that could not be captured before
 * @param wasUnread why it could not be read the last time: told once
 */
export type Drain = (
  queue: DeadLetterQueue,
  known: ReadonlyMap<string, FailingLetter>,
  wasUnread: string | undefined,
  isTimeUp: () => boolean,
  log: Log,
) => Promise<Drained>;

const BATCH = 50;
const AT_ONCE = 10;
/** So many letters, or bytes, that must wait are held while those behind them are read. */
const HELD_MAX = 1000;
const HELD_BYTES_MAX = 32 * 1024 * 1024;

export const makeDrain =
  ({ clock, tryLetter }: DrainDeps): Drain =>
  async (queue, known, wasUnread, isTimeUp, log) => {
    const held: LockedLetter[] = [];
    const seen = new Set<string>();
    const failing = new Map(known);
    let heldBytes = 0;
    const isRoom = (): boolean => held.length < HELD_MAX && heldBytes < HELD_BYTES_MAX;

    const hold = (locked: LockedLetter): void => {
      held.push(locked);
      heldBytes += locked.letter.body.length;
    };

    const take = async (locked: LockedLetter): Promise<void> => {
      const id = letterId(locked.letter);
      const before = failing.get(id);
      seen.add(id);
      const mustWait = before !== undefined && before.nextAt > new Date(clock.now()).toISOString();
      if (isTimeUp() || mustWait) return hold(locked);
      const after = await tryLetter(queue.name, locked, before, log);
      if (after === undefined) return void failing.delete(id);
      failing.set(id, after);
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

    const dueAt = (): readonly string[] =>
      held.flatMap(({ letter }) => failing.get(letterId(letter))?.nextAt ?? []);

    try {
      let isMore = true;
      while (isMore && !isTimeUp() && isRoom()) isMore = await takeBatch();
      return { failing, seen, isAll: !isMore, dueAt: isMore && isRoom() ? [] : dueAt() };
    } catch (error) {
      const unread = wordOf(error);
      if (unread !== wasUnread) log("deadLetters.unread", { queue: queue.name, why: whyOf(error) });
      return { failing, seen, isAll: false, dueAt: [], unread };
    } finally {
      await Promise.all(held.map(({ giveBack }) => giveBack()));
    }
  };
