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
  /** Of a dead letter: the AMQP type of its body, and its application properties. */
  readonly bodyType?: string;
  readonly properties?: Readonly<Record<string, string | number | boolean | null>>;
}
