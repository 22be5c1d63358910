import { derivedId } from "../request/derivedId.ts";

/** A dead letter cannot be captured, however often that is tried: a CloudEvent 1.0 in structured JSON. */
export interface DeadLetterAlert {
  readonly specversion: "1.0";
  /** The same for the same message. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: "com.license-relay.dead-letter.alert";
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: {
    readonly outcome: "alert";
    readonly alert: "dead-letter-not-captured";
    readonly severity: "critical";
    readonly meaning: string;
    readonly remedy: string;
    readonly queue: string;
    readonly sequenceNumber: string;
  };
}

/** @param id of the message, the same whenever it fails */
export const toDeadLetterAlert = (
  {
    queue,
    sequenceNumber,
    failures,
    why,
  }: Readonly<Record<"queue" | "sequenceNumber" | "why", string>> & {
    readonly failures: number;
  },
  id: string,
  at: string,
): DeadLetterAlert => ({
  specversion: "1.0",
  id: derivedId("dead-letter-alert", id),
  source: "/license-relay",
  type: "com.license-relay.dead-letter.alert",
  subject: queue,
  time: at,
  datacontenttype: "application/json",
  data: {
    outcome: "alert",
    alert: "dead-letter-not-captured",
    severity: "critical",
    meaning: `A dead letter of ${queue} could not be filed as a poison message ${failures} times: ${why}`,
    remedy:
      "See that the ledger and Service Bus can be used (GET /api/health); it is tried again by itself. Until then the message stays in the dead-letter queue, where nothing is lost",
    queue,
    sequenceNumber,
  },
});
