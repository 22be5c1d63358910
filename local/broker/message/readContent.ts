import { decodeList, decodeMap, type AmqpValue } from "../amqp/decode.ts";
import { splitSections } from "../amqp/sections.ts";
import type { Content } from "../entity/message.ts";
import { propertyIndex } from "./propertyIndex.ts";

const TTL_INDEX = 2;

/** Ids may be strings, numbers, GUIDs or bytes; two of them are the same when their text is. */
const readId = (value: AmqpValue | undefined): string | undefined => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return value.toString();
  return Buffer.isBuffer(value) ? value.toString("hex") : undefined;
};

/**
 * Reads what the broker must know of an encoded message; the message itself stays as it is.
 * The bytes are copied: what came from a socket would keep its whole chunk in memory.
 * @throws {RangeError} when it is no AMQP message
 */
export const readContent = (bytes: Buffer): Content => {
  const sections = splitSections(Buffer.from(bytes));
  const properties = decodeList(sections.properties);
  const ttlMs = decodeList(sections.header)[TTL_INDEX];
  const sessionId = properties[propertyIndex.groupId];
  const scheduledAt = decodeMap(sections.messageAnnotations).get("x-opt-scheduled-enqueue-time");
  return {
    sections,
    properties,
    sizeBytes: bytes.length,
    messageId: readId(properties[propertyIndex.messageId]),
    sessionId: typeof sessionId === "string" ? sessionId : undefined,
    ttlMs: typeof ttlMs === "number" && ttlMs > 0 ? ttlMs : undefined,
    scheduledAtMs: scheduledAt instanceof Date ? scheduledAt.getTime() : undefined,
  };
};
