import type { End, Parked, RequestPart } from "../ledger/entry/entry.ts";
import { present } from "../present.ts";
import { derivedId } from "../request/derivedId.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** The content type of a CloudEvent in structured JSON. */
export const CLOUD_EVENT = "application/cloudevents+json";

/** The end of a request, for whoever subscribes to the topic: a CloudEvent 1.0 in structured JSON. */
export interface OutcomeEvent {
  readonly specversion: "1.0";
  /** The same for the same end, also when it is published twice. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: `com.license-relay.update.${End["outcome"] | "parked"}`;
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
} & (WithoutTime<End> | ParkedData);

/** It waits for seats. */
type ParkedData = { readonly outcome: "parked" } & Pick<Parked, "since" | "until" | "skuIds">;

interface Told {
  readonly id: string;
  readonly at: string;
  readonly what: WithoutTime<End> | ParkedData;
}

const toTold = ({ body: { requestId }, status, parked, end, ends }: RequestPart): Told | undefined => {
  if (status === "parked" && parked !== undefined) {
    const { since, until, skuIds } = parked;
    const id = derivedId("outcome", requestId, String(ends), "parked");
    return { id, at: since, what: { outcome: "parked", since, until, skuIds } };
  }
  if (end === undefined) return undefined;
  const { at, ...what } = end;
  return { id: derivedId("outcome", requestId, String(ends)), at, what };
};

/**
 * The end of a request, or that it waits for seats → the event that tells of it; undefined before there is anything to
 * tell.
 */
export const toEvent = (request: RequestPart): OutcomeEvent | undefined => {
  const told = toTold(request);
  if (told === undefined) return undefined;
  const { requestId, customerId, userId, licensesToAssign, licensesToRemove, ticket } = request.body;
  return {
    specversion: "1.0",
    id: told.id,
    source: "/license-relay",
    type: `com.license-relay.update.${told.what.outcome}`,
    subject: requestId,
    time: told.at,
    datacontenttype: "application/json",
    data: {
      requestId,
      customerId,
      userId,
      ...present({ licensesToAssign, licensesToRemove, ticket }),
      replays: request.run,
      ...told.what,
    },
  };
};
