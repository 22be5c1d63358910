import { derivedId } from "../request/derivedId.ts";

/** Dead letters of a queue cannot be captured, however often that is tried: a CloudEvent 1.0 in structured JSON. */
export interface DeadLetterAlert {
  readonly specversion: "1.0";
  /** The same for as long as the trouble of the queue lasts. */
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
    /** How many letters. */
    readonly count: number;
    /** ISO 8601. */
    readonly since: string;
  };
}

/** @param why one of them could not be captured */
export const toDeadLetterAlert = (
  {
    queue,
    count,
    since,
    why,
  }: Readonly<Record<"queue" | "since" | "why", string>> & { readonly count: number },
  at: string,
): DeadLetterAlert => ({
  specversion: "1.0",
  id: derivedId("dead-letter-alert", queue, since),
  source: "/license-relay",
  type: "com.license-relay.dead-letter.alert",
  subject: queue,
  time: at,
  datacontenttype: "application/json",
  data: {
    outcome: "alert",
    alert: "dead-letter-not-captured",
    severity: "critical",
    meaning: `${count === 1 ? "A dead letter" : `${count} dead letters`} of ${queue} cannot be filed, despite repeated tries since ${since}. The reason for one failure: ${why}`,
    remedy:
      "Make sure that the ledger and Service Bus can be used (GET /api/health). The relay tries again by itself; until it succeeds, the messages stay in the dead-letter queue and nothing is lost. There is no further alert for this queue until this trouble is over",
    queue,
    count,
    since,
  },
});
