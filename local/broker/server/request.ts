import { decode, decodeList, decodeMap, type AmqpValue } from "../amqp/decode.ts";
import * as encode from "../amqp/encode.ts";
import { rawItems } from "../amqp/layout.ts";
import { splitSections } from "../amqp/sections.ts";
import { propertyIndex } from "../message/propertyIndex.ts";

/** What a client asks of a node of the broker ($cbs, $management). */
export interface Request {
  /** As it came, to be sent back as the answer's correlation id. */
  readonly messageId: Buffer | undefined;
  readonly replyTo: string | undefined;
  readonly properties: ReadonlyMap<string, AmqpValue>;
  readonly body: AmqpValue;
}

/** Encoded values by the names of application properties, and the encoded value of the body. */
export interface Answer {
  readonly properties: Readonly<Record<string, Buffer>>;
  readonly body?: Buffer;
}

/** @throws {RangeError} when the bytes are no AMQP message */
export const readRequest = (bytes: Buffer): Request => {
  const { properties, applicationProperties, body } = splitSections(bytes);
  const replyTo = decodeList(properties)[propertyIndex.replyTo];
  return {
    messageId: properties === undefined ? undefined : rawItems(properties)[propertyIndex.messageId],
    replyTo: typeof replyTo === "string" ? replyTo : undefined,
    properties: decodeMap(applicationProperties),
    body: body.length === 0 ? null : decode(body),
  };
};

export const writeAnswer = (request: Request, { properties, body = encode.nothing }: Answer): Buffer => {
  const fields = Array.from({ length: propertyIndex.correlationId }, () => encode.nothing);
  return Buffer.concat([
    encode.described(0x73, encode.list([...fields, request.messageId ?? encode.nothing])),
    encode.described(0x74, encode.map(properties)),
    encode.described(0x77, body),
  ]);
};
