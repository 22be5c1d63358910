import { sizeOf } from "./layout.ts";

/** What the sections of a message are called in AMQP, by descriptor. */
const HEADER = 0x70;
const MESSAGE_ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;
const FOOTER = 0x78;

/** The parts of a message as they came: each the bytes of the section's value, without its descriptor. */
export interface Sections {
  readonly header?: Buffer;
  readonly messageAnnotations?: Buffer;
  readonly properties?: Buffer;
  readonly applicationProperties?: Buffer;
  /** The body with its descriptors, of whatever kind and in however many sections, and the footer. */
  readonly body: Buffer;
}

interface Section {
  readonly descriptor: number;
  readonly start: number;
  readonly value: Buffer;
}

const symbolic: ReadonlyMap<string, number> = new Map([
  ["amqp:header:list", HEADER],
  ["amqp:delivery-annotations:map", 0x71],
  ["amqp:message-annotations:map", MESSAGE_ANNOTATIONS],
  ["amqp:properties:list", PROPERTIES],
  ["amqp:application-properties:map", APPLICATION_PROPERTIES],
  ["amqp:data:binary", DATA],
  ["amqp:amqp-sequence:list", 0x76],
  ["amqp:value:*", 0x77],
  ["amqp:footer:map", FOOTER],
]);

const readDescriptor = (bytes: Buffer, at: number): number => {
  const code = bytes.readUInt8(at);
  if (code === 0x53) return bytes.readUInt8(at + 1);
  if (code === 0x80) return Number(bytes.readBigUInt64BE(at + 1));
  return symbolic.get(bytes.toString("ascii", at + 2, at + sizeOf(bytes, at))) ?? -1;
};

const readSections = function* (bytes: Buffer): Generator<Section> {
  for (let at = 0; at < bytes.length;) {
    if (bytes.readUInt8(at) !== 0x00)
      throw new RangeError("Cannot read a message: a section has no descriptor");
    const descriptor = readDescriptor(bytes, at + 1);
    if (descriptor < HEADER || descriptor > FOOTER)
      throw new RangeError("Cannot read a message: a section of an unknown kind");
    const end = at + sizeOf(bytes, at);
    yield { descriptor, start: at, value: bytes.subarray(at + 1 + sizeOf(bytes, at + 1), end) };
    at = end;
  }
};

const nameOf: ReadonlyMap<number, "header" | "messageAnnotations" | "properties" | "applicationProperties"> =
  new Map([
    [HEADER, "header"],
    [MESSAGE_ANNOTATIONS, "messageAnnotations"],
    [PROPERTIES, "properties"],
    [APPLICATION_PROPERTIES, "applicationProperties"],
  ] as const);

/** Takes a message apart without changing a byte. @throws {RangeError} when it is no AMQP message */
export const splitSections = (message: Buffer): Sections => {
  const named: Partial<
    Record<"header" | "messageAnnotations" | "properties" | "applicationProperties", Buffer>
  > = {};
  let bodyStart = message.length;
  for (const { descriptor, start, value } of readSections(message)) {
    const name = nameOf.get(descriptor);
    if (name !== undefined) named[name] = value;
    else if (descriptor >= DATA) bodyStart = Math.min(bodyStart, start);
  }
  return { ...named, body: message.subarray(bodyStart) };
};

/** The messages of a batch: each data section of it is one. @throws {RangeError} when it is no batch */
export const splitBatch = (batch: Buffer): Buffer[] =>
  [...readSections(batch)]
    .filter(({ descriptor }) => descriptor === DATA)
    .map(({ value }) => value.subarray(value.readUInt8(0) === 0xa0 ? 2 : 5));
