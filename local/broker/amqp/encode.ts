/** AMQP 1.0 values as bytes: each function returns one value with its constructor in front. */

const withSize = (smallCode: number, largeCode: number, bytes: Buffer): Buffer => {
  if (bytes.length <= 0xff) return Buffer.concat([Buffer.from([smallCode, bytes.length]), bytes]);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt8(largeCode, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

const int64 = (code: number, value: number | bigint): Buffer => {
  const bytes = Buffer.allocUnsafe(9);
  bytes.writeUInt8(code, 0);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
};

const int32 = (code: number, value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(5);
  bytes.writeUInt8(code, 0);
  bytes.writeInt32BE(value, 1);
  return bytes;
};

const compound = (code: number, items: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(items);
  const head = Buffer.allocUnsafe(9);
  head.writeUInt8(code, 0);
  head.writeUInt32BE(content.length + 4, 1);
  head.writeUInt32BE(items.length, 5);
  return Buffer.concat([head, content]);
};

export const nothing = Buffer.from([0x40]);
export const boolean = (value: boolean): Buffer => Buffer.from([value ? 0x41 : 0x42]);
export const ubyte = (value: number): Buffer => Buffer.from([0x50, value]);
export const uint = (value: number): Buffer => int32(0x70, value | 0);
export const int = (value: number): Buffer => int32(0x71, value);
export const long = (value: number | bigint): Buffer => int64(0x81, value);
export const timestamp = (timeMs: number): Buffer => int64(0x83, timeMs);
export const binary = (value: Uint8Array): Buffer => withSize(0xa0, 0xb0, Buffer.from(value));
export const string = (value: string): Buffer => withSize(0xa1, 0xb1, Buffer.from(value, "utf8"));
export const symbol = (value: string): Buffer => withSize(0xa3, 0xb3, Buffer.from(value, "ascii"));
/** From 32 hexadecimal digits. */
export const uuid = (hex: string): Buffer => Buffer.concat([Buffer.from([0x98]), Buffer.from(hex, "hex")]);
export const list = (items: readonly Buffer[]): Buffer => compound(0xd0, items);
/** Keys and values by turns, as encoded values. */
export const mapOf = (keysAndValues: readonly Buffer[]): Buffer => compound(0xd1, keysAndValues);
/** With plain strings as keys. */
export const map = (entries: Readonly<Record<string, Buffer>>): Buffer =>
  mapOf(Object.entries(entries).flatMap(([key, value]) => [string(key), value]));
export const described = (descriptor: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x00, 0x53, descriptor]), value]);

/** An array of values of one kind, each encoded with the constructor that all of them share. */
export const array = (items: readonly Buffer[], emptyCode: number): Buffer => {
  const code = items[0]?.[0] ?? emptyCode;
  const content = Buffer.concat(items.map((item) => item.subarray(1)));
  const head = Buffer.allocUnsafe(10);
  head.writeUInt8(0xf0, 0);
  head.writeUInt32BE(content.length + 5, 1);
  head.writeUInt32BE(items.length, 5);
  head.writeUInt8(code, 9);
  return Buffer.concat([head, content]);
};

const double = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(9);
  bytes.writeUInt8(0x82, 0);
  bytes.writeDoubleBE(value, 1);
  return bytes;
};

const integer = (value: number): Buffer => (value === (value | 0) ? int(value) : long(value));

/**
 * A JavaScript value that came from a property of a message, as the AMQP value it most likely was.
 * What has no counterpart (a function, a nested object) becomes null.
 */
export const primitive = (value: unknown): Buffer => {
  if (typeof value === "string") return string(value);
  if (typeof value === "boolean") return boolean(value);
  if (typeof value === "bigint") return long(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? integer(value) : double(value);
  if (value instanceof Date) return timestamp(value.getTime());
  return value instanceof Uint8Array ? binary(value) : nothing;
};
