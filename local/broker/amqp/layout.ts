/** How many bytes a value of this constructor takes after the constructor. */
export const widthOf = (bytes: Buffer, code: number, at: number): number => {
  const kind = code >> 4;
  if (kind < 0x4) throw new RangeError(`Cannot read an AMQP value: no type has the code ${code}`);
  if (kind === 0x4) return 0;
  if (kind < 0xa) return 2 ** (kind - 5);
  return kind % 2 === 0 ? 1 + bytes.readUInt8(at) : 4 + bytes.readUInt32BE(at);
};

/**
 * How many bytes the value that starts there takes in all, with its description.
 * @throws {RangeError} when the bytes are no AMQP value, or end before it does
 */
export const sizeOf = (bytes: Buffer, start: number): number => {
  let at = start;
  while (bytes.readUInt8(at) === 0x00) at += 1 + sizeOf(bytes, at + 1);
  const end = at + 1 + widthOf(bytes, bytes.readUInt8(at), at + 1);
  if (end > bytes.length) throw new RangeError("Cannot read an AMQP value: it ends too early");
  return end - start;
};

/**
 * The items of an encoded list (or the keys and values of a map, by turns), each with the very bytes it came in.
 * @throws {RangeError} when the bytes are neither
 */
export const rawItems = (bytes: Buffer): Buffer[] => {
  const code = bytes.readUInt8(0);
  if (code === 0x45) return [];
  const isSmall = code === 0xc0 || code === 0xc1;
  if (!isSmall && code !== 0xd0 && code !== 0xd1)
    throw new RangeError("Cannot read an AMQP list or map: it is none");
  const count = isSmall ? bytes.readUInt8(2) : bytes.readUInt32BE(5);
  const items: Buffer[] = [];
  for (let at = isSmall ? 3 : 9; items.length < count;) {
    const end = at + sizeOf(bytes, at);
    items.push(bytes.subarray(at, end));
    at = end;
  }
  return items;
};
