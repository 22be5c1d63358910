import { gzipSync } from "node:zlib";

import type { Random } from "./random.ts";

const inserts: readonly Buffer[] = [
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0xae]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0x00]),
  Buffer.from("\u{1f4a5}"),
  Buffer.from("\r\n\r\n"),
  Buffer.from(","),
  Buffer.from('"'),
];

const insert = (bytes: Buffer, at: number, more: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

/** Bytes that are no longer what they were: cut off, in another encoding, with something between. */
export const mutateBytes = (bytes: Buffer, random: Random): Buffer => {
  const at = random.below(bytes.length + 1);
  switch (random.below(10)) {
    case 0:
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return insert(bytes, 0, Buffer.from([0xef, 0xbb, 0xbf]));
    case 3:
      return Buffer.from(`\ufeff${bytes.toString("utf8")}`, "utf16le");
    case 4:
      return Buffer.from(bytes.toString("utf8"), "utf16le").swap16();
    case 5:
      return Buffer.concat([bytes, random.chance(0.5) ? bytes : Buffer.from("}")]);
    case 6: {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed.writeUInt8(random.below(256), random.below(changed.length));
      return changed;
    }
    case 7:
      return random.chance(0.5) ? Buffer.alloc(0) : gzipSync(bytes);
    default:
      return insert(bytes, at, random.pick(inserts));
  }
};
