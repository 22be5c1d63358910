import type { Clock } from "../../clock.ts";
import type { Entries } from "../../ledger/entries.ts";
import type { Log } from "../../log.ts";
import type { DeadLetter } from "../../message/deadLetter.ts";
import type { DeadLetterQueueName } from "../../message/deadLetterQueues.ts";
import { BODY_IN_LEDGER } from "../../message/poisonMessage.ts";
import type { FilePoison } from "../file.ts";
import { isPassing, whyOf } from "../trouble.ts";
import { lastResort } from "./lastResort.ts";
import { letterId } from "./letterId.ts";

/** How the dead letters of a queue are captured; tries once, and throws when it did not come about. */
export type UsualCapture = (letter: DeadLetter, log: Log) => Promise<void>;

export interface CaptureLetterDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Entries, "read">;
  /** Undefined for a queue without a way of its own. */
  readonly usual: Readonly<Record<DeadLetterQueueName, UsualCapture | undefined>>;
  /** Files in the ledger; tries once. */
  readonly file: FilePoison;
}

export type Captured =
  | { readonly kind: "captured" }
  | { readonly kind: "failed"; readonly why: string }
  /** For an outage to pass; the last resort is still there. */
  | { readonly kind: "waits"; readonly why: string };

/** @param since when it failed first (ISO 8601). Never throws. */
export type CaptureLetter = (
  queue: DeadLetterQueueName,
  letter: DeadLetter,
  since: string | undefined,
  log: Log,
) => Promise<Captured>;

/**
 * So long an outage keeps a message from its usual way; then the ledger is good enough. Filed there, nobody is told of
 * it: not a queue that is full for a minute is to bring that about.
 */
const OUTAGE_MS = 15 * 60_000;
const CAPTURED: Captured = { kind: "captured" };

/** One dead letter → a poison message: in the usual way of its queue, and where that fails straight into the ledger. */
export const makeCaptureLetter = ({ clock, ledger, usual, file }: CaptureLetterDeps): CaptureLetter => {
  /** Filed before, and not taken off its queue: the usual way would file it a second time. */
  const isFiled = async (letter: DeadLetter): Promise<boolean> => {
    try {
      return (await ledger.read(letterId(letter))) !== undefined;
    } catch {
      return false;
    }
  };

  const fileDirectly = async (letter: DeadLetter, why: string, log: Log): Promise<Captured> => {
    const { queue, sequenceNumber } = letter;
    try {
      const failure = lastResort(letter, why, new Date(clock.now()).toISOString());
      await file(failure, log);
      log("deadLetter.filed", { queue, sequenceNumber, id: failure.id, why });
      return CAPTURED;
    } catch (error) {
      return { kind: "failed", why: `${why}; and it could not be filed: ${whyOf(error)}` };
    }
  };

  return async (queue, letter, since, log) => {
    if (await isFiled(letter)) return CAPTURED;
    const capture = usual[queue];
    if (capture === undefined)
      return fileDirectly(letter, "messages of this queue are always filed as they are", log);
    // To the usual capture a copy would look like the message itself
    if (letter.isCopy)
      return fileDirectly(letter, `its body is an AMQP ${letter.bodyType}, of which this is a copy`, log);
    try {
      await capture(letter, log);
      return CAPTURED;
    } catch (error) {
      const why = whyOf(error);
      const sinceMs = since === undefined ? clock.now() : Date.parse(since);
      const isOutage = isPassing(error) && clock.now() - sinceMs < OUTAGE_MS;
      if (isOutage) return { kind: "waits", why };
      // Its body is in the ledger: filed as it is, it would be an empty one
      const isReference = letter.properties["BodyAt"] === BODY_IN_LEDGER;
      return isReference ? { kind: "failed", why } : fileDirectly(letter, why, log);
    }
  };
};
