import type { ServiceBusMessage } from "@azure/service-bus";

import type { PoisonPart } from "../ledger/entry/entry.ts";
import { present } from "../present.ts";
import { laneOf } from "../request/lane.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { AlertEvent } from "../token/alertEvent.ts";
import type { DeadLetterAlert } from "./deadLetterAlert.ts";
import { CLOUD_EVENT, type OutcomeEvent } from "./event.ts";
import { replayMessageId, type PoisonKey, type PoisonMessage } from "./poisonMessage.ts";
import type { RejectedEvent } from "./rejected.ts";

/** A request → the message on license-updates. Its id is the idempotency key, its session the lane. */
export const toRequestMessage = (request: LicenseRequest, lanesPerCustomer: number): ServiceBusMessage => ({
  messageId: request.requestId,
  sessionId: laneOf(request, lanesPerCustomer),
  correlationId: request.requestId,
  contentType: "application/json",
  subject: "license-update",
  body: request,
});

/** A request that waited for seats → its message on license-updates: the body as it came, under an id of its own. */
export const toResumeMessage = (
  request: LicenseRequest,
  body: Uint8Array,
  number: number,
  lanesPerCustomer: number,
): ServiceBusMessage => ({
  ...toRequestMessage(request, lanesPerCustomer),
  messageId: `${request.requestId}~seats~${number}`,
  body: Buffer.from(body),
});

/** A poison message → the message on license-updates-poison; the body goes out byte for byte. */
export const toPoisonMessage = ({
  messageId,
  body,
  contentType,
  correlationId,
  subject,
  properties,
}: PoisonMessage): ServiceBusMessage => ({
  messageId,
  // A Buffer is sent as it is; anything else would be encoded as JSON
  body: Buffer.from(body),
  contentType,
  ...present({ correlationId }),
  subject,
  applicationProperties: { ...properties },
});

const toFilters = (
  data: (OutcomeEvent | RejectedEvent | AlertEvent | DeadLetterAlert)["data"],
): Readonly<Record<string, string>> => ({
  outcome: data.outcome,
  ...("customerId" in data ? { customerId: data.customerId } : {}),
  ...(data.outcome === "refused" ? { category: data.category, owner: data.owner } : {}),
  // The subscription for tickets takes these alone
  ...("ticket" in data && data.ticket?.source !== undefined
    ? { notify: "ticket", ticketSource: data.ticket.source }
    : {}),
  ...(data.outcome === "alert" ? { alert: data.alert, severity: data.severity } : {}),
});

/** An event → the message on license-outcomes, with properties that subscriptions can filter on. */
export const toOutcomeMessage = (
  event: OutcomeEvent | RejectedEvent | AlertEvent | DeadLetterAlert,
): ServiceBusMessage => ({
  messageId: event.id,
  correlationId: event.subject,
  contentType: CLOUD_EVENT,
  subject: event.type,
  body: event,
  applicationProperties: { type: event.type, ...toFilters(event.data) },
});

/** A poison message to be run again → the message on license-updates: its body as it came, under an id of its own. */
export const toReplayMessage = (
  key: PoisonKey,
  body: Uint8Array,
  original: PoisonPart["original"],
  sessionId: string,
): ServiceBusMessage => ({
  messageId: replayMessageId(key),
  sessionId,
  correlationId: key.id,
  contentType: original.contentType ?? "application/json",
  subject: "license-update",
  body: Buffer.from(body),
});

/** An operation to itself: to be gone on with. */
export const toOperationMessage = (operationId: string, tick: number): ServiceBusMessage => ({
  messageId: `${operationId}~${tick}`,
  sessionId: operationId,
  contentType: "application/json",
  subject: "operation",
  body: { operationId },
});
