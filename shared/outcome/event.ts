import { derivedId } from "../request/derivedId.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { CallIds, LicenseWarning } from "./answer.ts";
import type { Owner } from "./causes.ts";
import type { Delivery } from "./delivery.ts";
import type { Applied, Refused } from "./outcome.ts";

/** The end of a request, for whoever subscribes to the topic: a CloudEvent 1.0 in structured JSON. */
export interface OutcomeEvent {
  readonly specversion: "1.0";
  /** The same for the same end, also when it is published twice. */
  readonly id: string;
  readonly source: "/license-relay";
  readonly type: `com.license-relay.update.${"applied" | "refused"}`;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: OutcomeData;
}

/** What became of the request, and for a refusal why and what to do. */
export interface OutcomeData {
  readonly requestId: string;
  readonly customerId: string;
  readonly userId: string;
  readonly ticket?: LicenseRequest["ticket"];
  readonly outcome: "applied" | "refused";
  /** Applied: true when the licenses were read back and showed it, without an answer that says so. */
  readonly alreadySo?: boolean;
  readonly warnings?: readonly LicenseWarning[];
  readonly category?: string;
  readonly owner?: Owner;
  readonly meaning?: string;
  readonly remedy?: string;
  /** Status, error code and description of Partner Center. */
  readonly status?: number;
  readonly code?: number;
  readonly description?: string;
  /** Calls of licenseupdates. */
  readonly attempts: number;
  readonly partnerCenter?: CallIds;
}

type EndData = Omit<OutcomeData, "requestId" | "customerId" | "userId" | "ticket">;

const toData = (end: Applied | Refused): EndData => {
  const { attempts, ids, status } = end;
  const shared = {
    ...(status === undefined ? {} : { status }),
    attempts,
    ...(ids === undefined ? {} : { partnerCenter: ids }),
  };
  switch (end.kind) {
    case "applied":
      return { outcome: "applied", alreadySo: end.alreadySo, warnings: end.warnings, ...shared };
    case "refused": {
      const { category, owner, meaning, remedy } = end.cause;
      return {
        outcome: "refused",
        category,
        owner,
        meaning,
        remedy,
        ...(end.code === undefined ? {} : { code: end.code }),
        ...(end.description === undefined ? {} : { description: end.description }),
        ...shared,
      };
    }
    default:
      return end satisfies never;
  }
};

/** The end of a request → the event that tells of it. */
export const toEvent = (
  end: Applied | Refused,
  delivery: Delivery,
  { requestId, customerId, userId, ticket }: LicenseRequest,
  time: Date,
): OutcomeEvent => ({
  specversion: "1.0",
  id: derivedId("outcome", end.kind, requestId, delivery.messageId ?? "", delivery.body),
  source: "/license-relay",
  type: `com.license-relay.update.${end.kind}`,
  subject: requestId,
  time: time.toISOString(),
  datacontenttype: "application/json",
  data: { requestId, customerId, userId, ...(ticket === undefined ? {} : { ticket }), ...toData(end) },
});
