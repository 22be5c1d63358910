import type { DeadLetter } from "../../message/deadLetter.ts";
import { derivedId } from "../../request/derivedId.ts";

/**
 * The id of a dead letter: of its entry, should the last resort file it, and of the row that counts its failures. A
 * queue that was made anew counts from 1 again: hence the time and the message too.
 */
export const letterId = ({ queue, sequenceNumber, enqueuedAt, messageId, body }: DeadLetter): string =>
  `~${derivedId("dead-letter", queue, sequenceNumber, enqueuedAt ?? "", messageId ?? "", body)}`;
