import { decode, decodeList } from "../amqp/decode.ts";
import * as encode from "../amqp/encode.ts";
import { rawItems } from "../amqp/layout.ts";
import type { Message } from "../entity/message.ts";

const section = {
  header: 0x70,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
} as const;

const states = { active: 0, deferred: 1, scheduled: 2 } as const;
const MAX_UINT32 = 0xffff_ffff;
const DEFAULT_PRIORITY = 4;

const writeHeader = ({ content, ttlMs, deliveryCount }: Message): Buffer => {
  const [durable, priority] = decodeList(content.sections.header);
  const ttl = ttlMs ?? content.ttlMs;
  return encode.list([
    encode.boolean(durable === true),
    encode.ubyte(typeof priority === "number" ? priority : DEFAULT_PRIORITY),
    ttl === undefined ? encode.nothing : encode.uint(Math.min(ttl, MAX_UINT32)),
    encode.boolean(false),
    encode.uint(deliveryCount),
  ]);
};

/** A map with the entries it has, byte for byte, but for those that are set anew. */
const withEntries = (
  map: Buffer | undefined,
  entries: ReadonlyMap<string, Buffer>,
  toKey: (key: string) => Buffer,
): Buffer => {
  const items = map === undefined ? [] : rawItems(map);
  const isKept = (key: Buffer | undefined): boolean => {
    const name = key === undefined ? undefined : decode(key);
    return typeof name !== "string" || !entries.has(name);
  };
  return encode.mapOf([
    ...items.filter((_, index) => isKept(items[index - (index % 2)])),
    ...[...entries].flatMap(([key, value]) => [toKey(key), value]),
  ]);
};

const annotationsOf = (message: Message, lockedUntilMs: number | undefined): ReadonlyMap<string, Buffer> => {
  const { sequenceNumber, enqueuedSequenceNumber, enqueuedAtMs, deadLetterSource, state } = message;
  const entries = new Map([
    ["x-opt-enqueued-time", encode.timestamp(enqueuedAtMs)],
    ["x-opt-sequence-number", encode.long(sequenceNumber)],
    ["x-opt-enqueue-sequence-number", encode.long(enqueuedSequenceNumber ?? 0)],
    ["x-opt-message-state", encode.int(states[state])],
  ]);
  if (lockedUntilMs !== undefined) entries.set("x-opt-locked-until", encode.timestamp(lockedUntilMs));
  if (deadLetterSource !== undefined) entries.set("x-opt-deadletter-source", encode.string(deadLetterSource));
  return entries;
};

const writeApplicationProperties = ({ content, added }: Message): Buffer | undefined => {
  const given = content.sections.applicationProperties;
  if (added.size === 0) return given;
  const entries = new Map([...added].map(([key, value]) => [key, encode.primitive(value)]));
  return withEntries(given, entries, encode.string);
};

/**
 * The message as a receiver gets it: what the sender gave, byte for byte, with the broker's own header, annotations
 * and the properties that were added on the way.
 */
export const writeMessage = (message: Message, lockedUntilMs?: number): Buffer => {
  const { messageAnnotations, properties, body } = message.content.sections;
  const annotations = annotationsOf(message, lockedUntilMs);
  const applicationProperties = writeApplicationProperties(message);
  return Buffer.concat([
    encode.described(section.header, writeHeader(message)),
    encode.described(section.messageAnnotations, withEntries(messageAnnotations, annotations, encode.symbol)),
    ...(properties === undefined ? [] : [encode.described(section.properties, properties)]),
    ...(applicationProperties === undefined
      ? []
      : [encode.described(section.applicationProperties, applicationProperties)]),
    body,
  ]);
};
