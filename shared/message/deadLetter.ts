import type { ServiceBusReceivedMessage } from "@azure/service-bus";

import type { Delivery } from "../outcome/delivery.ts";
import { present } from "../present.ts";
import { toAmqpJson } from "./amqpJson.ts";
import { amqpScalar, type AmqpScalar } from "./amqpScalar.ts";
import { boundProperties, type MessageProperties } from "./boundProperties.ts";

/** A message that the broker gave up, whatever it is: every field is bounded, well-formed and can be kept as JSON. */
export interface DeadLetter {
  /** The queue that it was on; for a subscription `<topic>/<subscription>`. */
  readonly queue: string;
  readonly sequenceNumber: string;
  /** ISO 8601. */
  readonly enqueuedAt?: string;
  /** The bytes as they are, or those of a value that is a text; of another value, and of a sequence, a copy as JSON. */
  readonly body: Uint8Array;
  readonly isCopy: boolean;
  readonly bodyType: "data" | "value" | "sequence" | "none";
  readonly contentType?: string;
  readonly messageId?: string;
  readonly sessionId?: string;
  readonly reason?: string;
  readonly description?: string;
  readonly properties: MessageProperties;
  /** 1 on the first delivery. */
  readonly deliveryCount: number;
}

/** The content type of a body that is a copy: AMQP values as JSON, with `$type` where JSON has no word. */
export const AMQP_JSON = "application/vnd.license-relay.amqp+json";

const ID_MAX = 1024;
const TEXT_MAX = 4096;

type Body = Pick<DeadLetter, "body" | "bodyType" | "isCopy">;

const NO_BODY: Body = { bodyType: "none", body: new Uint8Array(), isCopy: false };

const safely = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/** A text of at most so many characters, well-formed; undefined for what is no text, number or id. */
const toText = (value: unknown, max: number): string | undefined => {
  const scalar = safely<AmqpScalar>(() => amqpScalar(value), { kind: "null" });
  switch (scalar.kind) {
    case "text":
      return scalar.value.slice(0, max).toWellFormed();
    case "number":
    case "boolean":
    case "long":
      return String(scalar.value);
    case "binary":
      return Buffer.from(scalar.value.subarray(0, max / 2)).toString("hex");
    case "timestamp":
      return scalar.value;
    case "null":
    case "other":
      return undefined;
    default:
      return scalar satisfies never;
  }
};

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

const toCopy = (bodyType: "value" | "sequence", content: unknown): Body =>
  bodyType === "value" && typeof content === "string" && content.isWellFormed()
    ? { bodyType, body: Buffer.from(content, "utf8"), isCopy: false }
    : { bodyType, body: Buffer.from(toAmqpJson(bodyType, content), "utf8"), isCopy: true };

const toBody = ({ body, _rawAmqpMessage: raw }: ServiceBusReceivedMessage): Body => {
  const content: unknown = body;
  const section: unknown = raw.body;
  // The SDK calls a message without a body one with the value null; only the section tells
  if (section === undefined || section === null) return NO_BODY;
  if (raw.bodyType === "sequence") return toCopy("sequence", content);
  if (raw.bodyType === "value") return toCopy("value", content);
  if (isBytes(content)) return { bodyType: "data", body: content, isCopy: false };
  // Several data sections stand for one body
  if (Array.isArray(content) && content.every(isBytes))
    return { bodyType: "data", body: Buffer.concat(content), isCopy: false };
  return toCopy("value", content);
};

const toIso = (value: unknown): string | undefined =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;

/** A message as the SDK received it → a dead letter. Never throws. */
export const toDeadLetter = (queue: string, message: ServiceBusReceivedMessage): DeadLetter => {
  const body = safely(() => toBody(message), NO_BODY);
  const { deliveryCount = 0, sequenceNumber } = message;
  return {
    queue,
    sequenceNumber: safely(() => sequenceNumber?.toString(), undefined) ?? "",
    ...body,
    properties: safely(() => boundProperties(message.applicationProperties ?? {}), {}),
    // The wire counts from 0
    deliveryCount: Number.isSafeInteger(deliveryCount) && deliveryCount >= 0 ? deliveryCount + 1 : 1,
    ...present({
      enqueuedAt: toIso(message.enqueuedTimeUtc),
      contentType: body.isCopy ? AMQP_JSON : toText(message.contentType, ID_MAX),
      messageId: toText(message.messageId, ID_MAX),
      sessionId: toText(message.sessionId, ID_MAX),
      reason: toText(message.deadLetterReason, TEXT_MAX),
      description: toText(message.deadLetterErrorDescription, TEXT_MAX),
    }),
  };
};

/** A dead letter → a delivery, for whoever captures dead letters of its queue. */
export const toDelivery = (letter: DeadLetter): Delivery => {
  const { body, bodyType, messageId, sessionId, contentType, deliveryCount, properties } = letter;
  return {
    body,
    deliveryCount,
    ...present({
      messageId,
      sessionId,
      contentType,
      deadLetterReason: letter.reason,
      deadLetterDescription: letter.description,
    }),
    bodyType,
    properties,
  };
};
