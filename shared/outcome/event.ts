import type { End, RequestPart } from "../entry/entry.ts";
import { derivedId } from "../request/derivedId.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** The end of a request, for whoever subscribes to the topic: a CloudEvent 1.0 in structured JSON. */
export interface OutcomeEvent {
  readonly specversion: "1.0";
  /** The same for the same end, also when it is published twice. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: `com.license-relay.update.${End["outcome"]}`;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: OutcomeData;
}

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;

/** What became of the request, and for a refusal why and what to do. */
export type OutcomeData = {
  readonly requestId: string;
  readonly customerId: string;
  readonly userId: string;
  readonly licensesToAssign?: LicenseRequest["licensesToAssign"];
  readonly licensesToRemove?: LicenseRequest["licensesToRemove"];
  readonly ticket?: LicenseRequest["ticket"];
  /** How often it was replayed. */
  readonly replays: number;
} & WithoutTime<End>;

/** The end of a request → the event that tells of it; undefined before there is an end. */
export const toEvent = ({ body, end, ends, run }: RequestPart): OutcomeEvent | undefined => {
  if (end === undefined) return undefined;
  const { requestId, customerId, userId, licensesToAssign, licensesToRemove, ticket } = body;
  const { at, ...data } = end;
  return {
    specversion: "1.0",
    id: derivedId("outcome", requestId, String(ends)),
    source: "/license-relay",
    type: `com.license-relay.update.${end.outcome}`,
    subject: requestId,
    time: at,
    datacontenttype: "application/json",
    data: {
      requestId,
      customerId,
      userId,
      ...(licensesToAssign === undefined ? {} : { licensesToAssign }),
      ...(licensesToRemove === undefined ? {} : { licensesToRemove }),
      ...(ticket === undefined ? {} : { ticket }),
      replays: run,
      ...data,
    },
  };
};
