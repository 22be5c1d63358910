import { derivedId } from "../request/derivedId.ts";
import type { RequestId } from "../request/schema.ts";

/** What makes one call of licenseupdates the same as another. */
export interface CallIdentity {
  readonly requestId: RequestId;
  /** Sets a replayed message apart from the first one; the id must not depend on it alone. */
  readonly messageId?: string;
  /** Answers seen so far in this delivery. */
  readonly answers: number;
  /** What is sent: another body is another call. */
  readonly body: string;
}

/**
 * `MS-RequestId` of a call: derived from the message, from the number of answers seen so far and from what is sent. A
 * repeat after a time-out or a crash carries the same id, so Partner Center can tell that it is a repeat; a repeat after
 * an answer carries a new one (https://learn.microsoft.com/partner-center/developer/headers).
 */
export const msRequestIdOf = ({ requestId, messageId = "", answers, body }: CallIdentity): string =>
  derivedId("ms-request-id", requestId, messageId, String(answers), body);

/** `MS-CorrelationId`: one for all calls of a request. */
export const correlationIdOf = (requestId: string): string => derivedId("ms-correlation-id", requestId);
