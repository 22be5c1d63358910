/** Where each byte of a GUID goes between the order of RFC 9562 and .NET's, which turns the first three groups. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** A lock token (32 hexadecimal digits) as the delivery tag of its message. */
export const toDeliveryTag = (token: string): Buffer => {
  const bytes = Buffer.from(token, "hex");
  return Buffer.from(order.map((from) => bytes.readUInt8(from)));
};
