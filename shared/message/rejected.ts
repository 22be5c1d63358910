import { derivedId } from "../request/derivedId.ts";
import type { Problem } from "../request/parse.ts";
import type { TicketRef } from "../request/ticketRef.ts";

/** A ticket was turned down before it became a request: a CloudEvent 1.0 in structured JSON. */
export interface RejectedEvent {
  readonly specversion: "1.0";
  /** The same for the same delivery, also when it comes again. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: "com.license-relay.ticket.rejected";
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: {
    readonly outcome: "rejected";
    readonly ticket: TicketRef;
    /** Everything that is wrong, as 400 would have named it. */
    readonly errors: readonly Problem[];
  };
}

const ERRORS_MAX = 10;

/** @param body the bytes of the delivery */
export const toRejectedEvent = (
  ticket: TicketRef,
  problems: readonly Problem[],
  body: Uint8Array,
  at: string,
): RejectedEvent => ({
  specversion: "1.0",
  id: derivedId("rejected", ticket.source, body),
  source: "/license-relay",
  type: "com.license-relay.ticket.rejected",
  subject: `${ticket.system}/${ticket.id}`.slice(0, 200).toWellFormed(),
  time: at,
  datacontenttype: "application/json",
  data: {
    outcome: "rejected",
    ticket: { ...ticket, id: ticket.id.slice(0, 100).toWellFormed() },
    errors: problems.slice(0, ERRORS_MAX),
  },
});
