import type { PoisonKind, Refusal } from "../ledger/entry/entry.ts";
import type { Delivery } from "../outcome/delivery.ts";
import { present } from "../present.ts";
import { derivedId } from "../request/derivedId.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { toOriginalProperties } from "./originalProperties.ts";

export type PropertyValue = string | number | boolean;

/** A message for the poison queue: the body as it came, and application properties that say why. */
export interface PoisonMessage {
  /** The same for the same message: the poison queue drops a second copy. */
  readonly messageId: string;
  /** The id of its entry in the ledger. */
  readonly poisonId: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly correlationId?: string;
  readonly subject: string;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

const TEXT_MAX = 1024;

/** Where the body of a poison message is that was too large: in the ledger, under the id of its entry. */
export const BODY_IN_LEDGER = "ledger";

/** The poison message whose body the ledger has. */
export const withoutBody = (message: PoisonMessage): PoisonMessage => ({
  ...message,
  body: new Uint8Array(),
  properties: { ...message.properties, BodyAt: BODY_IN_LEDGER },
});

const compact = (
  properties: Readonly<Record<string, PropertyValue | undefined>>,
): Readonly<Record<string, PropertyValue>> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name, typeof value === "string" ? value.slice(0, TEXT_MAX).toWellFormed() : value]],
    ),
  );

/** Which entry of the ledger a poison message belongs to, and which of its runs failed. */
export interface PoisonKey {
  readonly id: string;
  readonly run: number;
}

// A replay of a message that is no request carries the id of its entry in its MessageId
const REPLAYED = /^(?<id>~[0-9a-f-]{36})~(?<run>\d{1,6})$/;

/** The MessageId of a replay: no caller's message can have one like it. */
export const replayMessageId = ({ id, run }: PoisonKey): string => `${id}~${run}`;

/** The entry of a message that is no request, or not the first under its requestId. */
export const keyOfMessage = ({ messageId = "", body }: Delivery): PoisonKey => {
  const { id, run } = REPLAYED.exec(messageId)?.groups ?? {};
  return id === undefined
    ? { id: `~${derivedId("poison", messageId, body)}`, run: 0 }
    : { id, run: Number(run) };
};

/**
 * A refusal → its poison message. The properties: `Kind` (update or callback);
 * `DeadLetterReason` (the category) and `DeadLetterErrorDescription` (what happened), named as the broker names
 * its own so that tools show them; `Category`, `Owner`, `Meaning`, `Remedy` out of the table of causes; `Status`, `Code` of
 * Partner Center; `MsRequestId`, `MsCorrelationId`, `MsCv`, `MsServerId` for its support; `Attempts`; `PoisonId`, `Run` for the
 * ledger; `RequestId`, `CustomerId`, `UserId` when the message is a request; `OriginalMessageId`, `OriginalSessionId`,
 * `OriginalContentType`, `DeliveryCount`, `BrokerReason`, `BrokerDescription`; of a dead letter `OriginalBodyType` and
 * `OriginalProperties`; `CapturedAt` (ISO 8601); `BodyAt` when the body is not in the message, but in the ledger.
 */
export const toPoison = (
  refusal: Refusal,
  delivery: Delivery,
  { id, run }: PoisonKey,
  request?: LicenseRequest,
  kind: PoisonKind = "update",
): PoisonMessage => {
  const { at, category, owner, meaning, remedy, status, code, description, attempts } = refusal;
  const ids = refusal.partnerCenter;
  return {
    messageId: derivedId("poison", id, String(run)),
    poisonId: id,
    body: delivery.body,
    contentType: delivery.contentType ?? "application/json",
    ...present({ correlationId: request?.requestId }),
    subject: category,
    properties: {
      ...present({ OriginalProperties: toOriginalProperties(delivery.properties) }),
      ...compact({
        Kind: kind,
        DeadLetterReason: category,
        DeadLetterErrorDescription: description ?? meaning,
        Category: category,
        Owner: owner,
        Meaning: meaning,
        Remedy: remedy,
        Status: status,
        Code: code,
        Description: description,
        Attempts: attempts,
        MsRequestId: ids?.msRequestId,
        MsCorrelationId: ids?.correlationId,
        MsCv: ids?.msCv,
        MsServerId: ids?.serverId,
        PoisonId: id,
        Run: run,
        RequestId: request?.requestId,
        CustomerId: request?.customerId,
        UserId: request?.userId,
        OriginalMessageId: delivery.messageId,
        OriginalSessionId: delivery.sessionId,
        OriginalContentType: delivery.contentType,
        OriginalBodyType: delivery.bodyType,
        DeliveryCount: delivery.deliveryCount,
        BrokerReason: delivery.deadLetterReason,
        BrokerDescription: delivery.deadLetterDescription,
        CapturedAt: at,
      }),
    },
  };
};
