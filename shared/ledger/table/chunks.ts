/** The largest part of a property of the table service, in bytes; a property may have 64 KiB. */
const CHUNK_BYTES = 60 * 1024;

/** Bytes → properties `<name>0`, `<name>1`, … that the table service can hold. */
export const toChunks = (name: string, bytes: Uint8Array): Readonly<Record<string, Uint8Array>> => {
  const count = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${name}${index}`,
      bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
    ]),
  );
};

/** The bytes that toChunks() took apart; undefined when there are none. */
export const fromChunks = (name: string, row: Readonly<Record<string, unknown>>): Uint8Array | undefined => {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = row[`${name}${parts.length}`];
    if (!(part instanceof Uint8Array)) break;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts);
};
