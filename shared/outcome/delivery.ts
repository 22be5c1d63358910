/**
 * One delivery of a message, as the trigger gave it. Only the body is to be trusted: the rest is for the record,
 * and for decisions that do no harm when it is wrong.
 */
export interface Delivery {
  readonly body: Uint8Array;
  readonly messageId?: string;
  readonly sessionId?: string;
  readonly contentType?: string;
  /** 1 on the first delivery. */
  readonly deliveryCount: number;
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
}
