import { derivedId } from "../request/derivedId.ts";
import type { RequestId } from "../request/schema.ts";

/**
 * `MS-RequestId` of a call: derived from the message and from the number of answers seen so far. A repeat after a
 * time-out or a crash carries the same id, so Partner Center can tell that it is a repeat; a repeat after an answer
 * carries a new one (facts: headers of Partner Center).
 * @param messageId sets a replayed message apart from the first one; the id must not depend on it alone
 */
export const msRequestIdOf = (requestId: RequestId, messageId: string | undefined, answers: number): string =>
  derivedId("ms-request-id", requestId, messageId ?? "", String(answers));

/** `MS-CorrelationId`: one for all calls of a request. */
export const correlationIdOf = (requestId: string): string => derivedId("ms-correlation-id", requestId);
