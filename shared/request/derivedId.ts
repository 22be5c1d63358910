import { createHash } from "node:crypto";

/**
 * A UUID (version 8, RFC 9562) that is the same for the same parts: ids that survive a crash without being
 * stored anywhere.
 */
export const derivedId = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) {
    // The length in front keeps ("ab", "c") apart from ("a", "bc")
    hash.update(`${part.length}:`).update(part);
  }
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
