import { derivedId } from "../request/derivedId.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { Delivery } from "./delivery.ts";
import type { Refused } from "./outcome.ts";

export type PropertyValue = string | number | boolean;

/** A message for the poison queue: the body as it came, and application properties that say why. */
export interface PoisonMessage {
  /** The same for the same message: the poison queue drops a second copy. */
  readonly messageId: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly correlationId?: string;
  readonly subject: string;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

const TEXT_MAX = 1024;

const compact = (
  properties: Readonly<Record<string, PropertyValue | undefined>>,
): Readonly<Record<string, PropertyValue>> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value.slice(0, TEXT_MAX) : value]],
    ),
  );

/**
 * A refusal → its poison message. The properties:
 * `DeadLetterReason` (the category) and `DeadLetterErrorDescription` (what happened), named as the broker names
 * its own so that tools show them; `Category`, `Owner`, `Meaning`, `Remedy` out of the table of causes; `Status`, `Code` of
 * Partner Center; `MsRequestId`, `MsCorrelationId`, `MsCv`, `MsServerId` for its support; `Attempts`; `RequestId`, `CustomerId`,
 * `UserId` when the message is a request; `OriginalMessageId`, `OriginalSessionId`, `OriginalContentType`,
 * `DeliveryCount`, `BrokerReason`, `BrokerDescription`; `CapturedAt` (ISO 8601).
 */
export const toPoison = (
  refused: Refused,
  delivery: Delivery,
  request: LicenseRequest | undefined,
  capturedAt: Date,
): PoisonMessage => {
  const { cause, status, code, description, attempts, ids } = refused;
  return {
    messageId: derivedId("poison", delivery.messageId ?? "", delivery.body),
    body: delivery.body,
    contentType: delivery.contentType ?? "application/json",
    ...(request === undefined ? {} : { correlationId: request.requestId }),
    subject: cause.category,
    properties: compact({
      DeadLetterReason: cause.category,
      DeadLetterErrorDescription: description ?? cause.meaning,
      Category: cause.category,
      Owner: cause.owner,
      Meaning: cause.meaning,
      Remedy: cause.remedy,
      Status: status,
      Code: code,
      Attempts: attempts,
      MsRequestId: ids?.msRequestId,
      MsCorrelationId: ids?.correlationId,
      MsCv: ids?.msCv,
      MsServerId: ids?.serverId,
      RequestId: request?.requestId,
      CustomerId: request?.customerId,
      UserId: request?.userId,
      OriginalMessageId: delivery.messageId,
      OriginalSessionId: delivery.sessionId,
      OriginalContentType: delivery.contentType,
      DeliveryCount: delivery.deliveryCount,
      BrokerReason: delivery.deadLetterReason,
      BrokerDescription: delivery.deadLetterDescription,
      CapturedAt: capturedAt.toISOString(),
    }),
  };
};
