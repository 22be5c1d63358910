import type { ServiceBusMessage } from "@azure/service-bus";

import type { PoisonPart } from "../entry/entry.ts";
import type { OutcomeEvent } from "../outcome/event.ts";
import { replayMessageId, type PoisonKey, type PoisonMessage } from "../outcome/poison.ts";
import { laneOf } from "../request/lane.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** A request → the message on license-updates. Its id is the idempotency key, its session the lane. */
export const toRequestMessage = (request: LicenseRequest, lanesPerCustomer: number): ServiceBusMessage => ({
  messageId: request.requestId,
  sessionId: laneOf(request, lanesPerCustomer),
  correlationId: request.requestId,
  contentType: "application/json",
  subject: "license-update",
  body: request,
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
  ...(correlationId === undefined ? {} : { correlationId }),
  subject,
  applicationProperties: { ...properties },
});

/** An outcome event → the message on license-outcomes, with properties that subscriptions can filter on. */
export const toOutcomeMessage = (event: OutcomeEvent): ServiceBusMessage => {
  const { customerId, outcome } = event.data;
  return {
    messageId: event.id,
    correlationId: event.subject,
    contentType: "application/cloudevents+json",
    subject: event.type,
    body: event,
    applicationProperties: {
      type: event.type,
      customerId,
      outcome,
      ...(event.data.outcome === "refused" ? { category: event.data.category, owner: event.data.owner } : {}),
    },
  };
};

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
