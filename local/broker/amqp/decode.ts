import { sizeOf, widthOf } from "./layout.ts";

/** What AMQP values are in JavaScript: symbols are strings, 64-bit integers are numbers where they are exact. */
export type AmqpValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Buffer
  | readonly AmqpValue[]
  | ReadonlyMap<string, AmqpValue>;

const exact = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

type Read = (bytes: Buffer, at: number) => AmqpValue;

const fixed: ReadonlyMap<number, Read> = new Map<number, Read>([
  [0x40, () => null],
  [0x41, () => true],
  [0x42, () => false],
  [0x43, () => 0],
  [0x44, () => 0],
  [0x45, () => []],
  [0x50, (bytes, at) => bytes.readUInt8(at)],
  [0x51, (bytes, at) => bytes.readInt8(at)],
  [0x52, (bytes, at) => bytes.readUInt8(at)],
  [0x53, (bytes, at) => bytes.readUInt8(at)],
  [0x54, (bytes, at) => bytes.readInt8(at)],
  [0x55, (bytes, at) => bytes.readInt8(at)],
  [0x56, (bytes, at) => bytes.readUInt8(at) !== 0],
  [0x60, (bytes, at) => bytes.readUInt16BE(at)],
  [0x61, (bytes, at) => bytes.readInt16BE(at)],
  [0x70, (bytes, at) => bytes.readUInt32BE(at)],
  [0x71, (bytes, at) => bytes.readInt32BE(at)],
  [0x72, (bytes, at) => bytes.readFloatBE(at)],
  [0x73, (bytes, at) => String.fromCodePoint(bytes.readUInt32BE(at))],
  [0x80, (bytes, at) => exact(bytes.readBigUInt64BE(at))],
  [0x81, (bytes, at) => exact(bytes.readBigInt64BE(at))],
  [0x82, (bytes, at) => bytes.readDoubleBE(at)],
  [0x83, (bytes, at) => new Date(Number(bytes.readBigInt64BE(at)))],
]);

const variable: ReadonlyMap<number, (content: Buffer) => AmqpValue> = new Map([
  [0x0, (content: Buffer): AmqpValue => content],
  [0x1, (content: Buffer): AmqpValue => content.toString("utf8")],
  [0x3, (content: Buffer): AmqpValue => content.toString("ascii")],
]);

const toMap = (items: readonly AmqpValue[]): ReadonlyMap<string, AmqpValue> => {
  const entries = new Map<string, AmqpValue>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const key = items[at];
    if (typeof key === "string") entries.set(key, items[at + 1] ?? null);
  }
  return entries;
};

const readItems = (bytes: Buffer, start: number, count: number): AmqpValue[] => {
  const items: AmqpValue[] = [];
  for (let at = start; items.length < count; at += sizeOf(bytes, at)) items.push(decode(bytes, at));
  return items;
};

const readArray = (bytes: Buffer, start: number, count: number): AmqpValue[] => {
  const code = bytes.readUInt8(start);
  const items: AmqpValue[] = [];
  for (let at = start + 1; items.length < count; at += widthOf(bytes, code, at))
    items.push(decodeAs(bytes, code, at));
  return items;
};

const decodeAs = (bytes: Buffer, code: number, at: number): AmqpValue => {
  const kind = code >> 4;
  if (kind < 0xa) {
    const read = fixed.get(code);
    return read === undefined ? bytes.subarray(at, at + widthOf(bytes, code, at)) : read(bytes, at);
  }
  const isSmall = kind % 2 === 0;
  const size = isSmall ? bytes.readUInt8(at) : bytes.readUInt32BE(at);
  const start = at + (isSmall ? 1 : 4);
  if (start + size > bytes.length) throw new RangeError("Cannot read an AMQP value: it ends too early");
  if (kind <= 0xb)
    return (variable.get(code & 0xf) ?? ((content) => content))(bytes.subarray(start, start + size));
  const count = isSmall ? bytes.readUInt8(start) : bytes.readUInt32BE(start);
  const content = start + (isSmall ? 1 : 4);
  // Values may take no bytes: a count must not be believed beyond what a broken value can cost
  if (count > size) throw new RangeError(`Cannot read an AMQP value: ${count} items in ${size} bytes`);
  if (kind >= 0xe) return readArray(bytes, content, count);
  const items = readItems(bytes, content, count);
  return (code & 0xf) === 1 ? toMap(items) : items;
};

/**
 * The value that starts there; a description in front of it is dropped.
 * @throws {RangeError} when the bytes are no AMQP value
 */
export const decode = (bytes: Buffer, start = 0): AmqpValue => {
  let at = start;
  while (bytes.readUInt8(at) === 0x00) at += 1 + sizeOf(bytes, at + 1);
  return decodeAs(bytes, bytes.readUInt8(at), at + 1);
};

const isList = (value: AmqpValue | undefined): value is readonly AmqpValue[] => Array.isArray(value);
export const isMap = (value: AmqpValue | undefined): value is ReadonlyMap<string, AmqpValue> =>
  value instanceof Map;

/** An encoded list; what is absent or something else reads as an empty one. */
export const decodeList = (bytes: Buffer | undefined): readonly (AmqpValue | undefined)[] => {
  const value = bytes === undefined ? undefined : decode(bytes);
  return isList(value) ? value : [];
};

/** An encoded map; what is absent or something else reads as an empty one. */
export const decodeMap = (bytes: Buffer | undefined): ReadonlyMap<string, AmqpValue> => {
  const value = bytes === undefined ? undefined : decode(bytes);
  return isMap(value) ? value : new Map();
};
