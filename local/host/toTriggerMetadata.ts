import type { ServiceBusReceivedMessage } from "@azure/service-bus";

import type { RpcTypedData } from "./rpcData.ts";

type Metadata = Record<string, RpcTypedData>;

/** The largest DateTime of .NET, which stands for "never". */
const MAX_DATE_TIME = "9999-12-31T23:59:59.9999999";
const MAX_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const text = (value: unknown): RpcTypedData | undefined => {
  if (value === undefined || value === null) return undefined;
  if (Buffer.isBuffer(value)) return { string: value.toString("hex") };
  return { string: typeof value === "string" ? value : JSON.stringify(value) };
};

const json = (value: unknown): RpcTypedData | undefined =>
  value === undefined || value === null ? undefined : { json: JSON.stringify(value) };

// Newtonsoft writes no fraction that is zero, and no zone for a DateTime
const dateTime = (date: Date): string =>
  date.getTime() >= MAX_DATE_MS
    ? MAX_DATE_TIME
    : date
        .toISOString()
        .slice(0, -1)
        .replace(/\.?0+$/, "");

const dateTimeOffset = (date: Date): string => `${dateTime(date)}+00:00`;

const when = (date: Date | undefined, write: (date: Date) => string): RpcTypedData | undefined =>
  date === undefined ? undefined : json(write(date));

/** What the Service Bus extension tells of a message, under .NET's names; what is null is left out. */
export const toTriggerMetadata = (message: ServiceBusReceivedMessage): Metadata => {
  const applicationProperties = json(message.applicationProperties ?? {});
  const subject = text(message.subject);
  const all: Record<string, RpcTypedData | undefined> = {
    MessageId: text(message.messageId),
    CorrelationId: text(message.correlationId),
    SessionId: text(message.sessionId),
    Subject: subject,
    Label: subject,
    ContentType: text(message.contentType),
    ReplyTo: text(message.replyTo),
    To: text(message.to),
    ReplyToSessionId: text(message.replyToSessionId),
    PartitionKey: text(message.partitionKey),
    DeadLetterSource: text(message.deadLetterSource),
    // The wire counts from 0
    DeliveryCount: json((message.deliveryCount ?? 0) + 1),
    SequenceNumber:
      message.sequenceNumber === undefined ? undefined : { json: message.sequenceNumber.toString() },
    LockToken: text(message.lockToken),
    EnqueuedTimeUtc: when(message.enqueuedTimeUtc, dateTime),
    EnqueuedTime: when(message.enqueuedTimeUtc, dateTimeOffset),
    ExpiresAtUtc: when(message.expiresAtUtc, dateTime),
    ExpiresAt: when(message.expiresAtUtc, dateTimeOffset),
    ApplicationProperties: applicationProperties,
    UserProperties: applicationProperties,
  };
  const metadata: Metadata = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) metadata[name] = value;
  return metadata;
};

const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parseObject = (body: string): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
};

// .NET writes True and False
const toData = (value: unknown): RpcTypedData | undefined => {
  if (typeof value === "boolean") return { string: value ? "True" : "False" };
  return isJsonObject(value) ? json(value) : text(value);
};

/**
 * The host's rule for texts that hold a JSON object: each property that is neither array nor null takes the place of
 * what the message itself says under that name, whatever its case.
 */
export const overrideMetadata = (metadata: Metadata, body: string): Metadata => {
  const result = { ...metadata };
  const namesByLowerCase = new Map(Object.keys(result).map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(parseObject(body))) {
    const data = Array.isArray(value) ? undefined : toData(value);
    if (data === undefined) continue;
    const known = namesByLowerCase.get(name.toLowerCase()) ?? name;
    namesByLowerCase.set(name.toLowerCase(), known);
    result[known] = data;
  }
  return result;
};
