import { derivedId } from "../request/derivedId.ts";

/** Something about the partner's tokens that somebody should look at: a CloudEvent 1.0 in structured JSON. */
export interface AlertEvent {
  readonly specversion: "1.0";
  /** The same for the same trouble on the same day. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: "com.license-relay.token.alert";
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: {
    readonly outcome: "alert";
    readonly alert: string;
    readonly severity: string;
    readonly meaning: string;
    readonly remedy: string;
  };
}

export const toAlertEvent = (
  {
    id,
    severity,
    meaning,
    remedy,
  }: {
    readonly id: string;
    readonly severity: string;
    readonly meaning: string;
    readonly remedy: string;
  },
  at: string,
): AlertEvent => ({
  specversion: "1.0",
  id: derivedId("token-alert", id, at.slice(0, 10)),
  source: "/license-relay",
  type: "com.license-relay.token.alert",
  subject: id,
  time: at,
  datacontenttype: "application/json",
  data: { outcome: "alert", alert: id, severity, meaning, remedy },
});
