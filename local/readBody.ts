import type { IncomingMessage } from "node:http";

/**
 * The whole body, or "tooLarge" when it has more than `maxBytes`; the rest of such a body is read and dropped, so that
 * the answer reaches the client. Rejects when the client goes away.
 */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer | "tooLarge"> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: unknown = chunk;
    if (!Buffer.isBuffer(bytes)) continue;
    size += bytes.length;
    if (size <= maxBytes) chunks.push(bytes);
  }
  return size > maxBytes ? "tooLarge" : Buffer.concat(chunks);
};
