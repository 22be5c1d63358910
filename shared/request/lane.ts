import { createHash } from "node:crypto";

/**
 * The lane of a request: the Service Bus session id. One user is always in the same lane, so changes of one
 * user keep their order; a customer has at most `lanesPerCustomer` lanes, so one customer cannot take all.
 * Formula: `<customerId>/<n>`, n = the first 4 bytes of SHA-256 of the lower-case userId, as an unsigned
 * big-endian number, modulo lanesPerCustomer.
 */
export const laneOf = (
  { customerId, userId }: { readonly customerId: string; readonly userId: string },
  lanesPerCustomer: number,
): string => {
  const hash = createHash("sha256").update(userId.toLowerCase()).digest().readUInt32BE(0);
  return `${customerId}/${hash % lanesPerCustomer}`;
};
