import fc from "fast-check";
import rhea from "rhea";
import { describe, expect, test } from "vitest";

import { decode } from "../../local/broker/amqp/decode.ts";
import * as encode from "../../local/broker/amqp/encode.ts";
import { rawItems } from "../../local/broker/amqp/layout.ts";
import { splitSections } from "../../local/broker/amqp/sections.ts";
import { arrivalOf, type Message } from "../../local/broker/entity/message.ts";
import { readContent } from "../../local/broker/message/readContent.ts";
import { writeMessage } from "../../local/broker/message/writeMessage.ts";

const primitive = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.maxSafeInteger(),
  // A whole number too big for JavaScript to be sure of is none here
  fc
    .double({ noNaN: true, noDefaultInfinity: true, max: 2 ** 50, min: -(2 ** 50) })
    .map((number) => number || 0),
  fc.date({ noInvalidDate: true }),
);

const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    primitive,
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("node"), { maxKeys: 4 }),
  ),
})).node;

/** Maps as plain objects, and bytes as they are. */
const plain = (decoded: unknown): unknown => {
  if (decoded instanceof Map)
    return Object.fromEntries([...decoded].map(([key, each]) => [String(key), plain(each)]));
  return Array.isArray(decoded) ? decoded.map(plain) : decoded;
};

const encodeWithRhea = (body: unknown): Buffer => splitSections(rhea.message.encode({ body })).body;

const outcomeOf = (read: () => unknown): unknown => {
  try {
    read();
    return "a value";
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
};

describe("decode()", () => {
  test("reads what another implementation wrote", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(plain(decode(encodeWithRhea(given)))).toEqual(plain(structuredClone(given)));
      }),
    );
  });

  test("reads what encode wrote", () => {
    fc.assert(
      fc.property(primitive, (given) => {
        expect(decode(encode.primitive(given))).toEqual(given);
      }),
    );
  });

  test.each([
    ["an array of more items than bytes", [0xf0, 0, 0, 0, 6, 0xff, 0xff, 0xff, 0xf0, 0x40]],
    ["an array of more bytes than there are", [0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0, 0x40]],
    ["a list that ends early", [0xc0, 3, 1, 0x61]],
    ["a string that ends early", [0xa1, 3, 0x61]],
  ])("refuses %s", (_, bytes) => {
    expect(() => decode(Buffer.from(bytes))).toThrow(RangeError);
  });

  test("throws a RangeError, and nothing else, at bytes that are no value", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(["a value", "RangeError"]).toContain(outcomeOf(() => decode(Buffer.from(bytes))));
      }),
    );
  });
});

test("writeMessage() leaves what the sender wrote as it is, and replaces only what it must", () => {
  const properties = fc.dictionary(fc.string({ maxLength: 8 }), primitive, { maxKeys: 5 });
  fc.assert(
    fc.property(value, properties, properties, (body, applicationProperties, added) => {
      const sent = rhea.message.encode({
        message_id: "m",
        group_id: "s",
        message_annotations: { "x-opt-partition-key": "p", "x-opt-sequence-number": 99 },
        application_properties: applicationProperties,
        body,
      });
      const received = writeMessage({
        ...arrivalOf(readContent(sent)),
        added: new Map(Object.entries(added)),
        sequenceNumber: 7,
        enqueuedAtMs: 1000,
        ttlMs: 5000,
        deliveryCount: 2,
        state: "active",
      });
      const [before, after] = [splitSections(sent), splitSections(received)];
      expect(after.body.equals(before.body)).toBe(true);
      expect(after.properties).toEqual(before.properties);
      expect(rhea.message.decode(received)).toMatchObject({
        ttl: 5000,
        delivery_count: 2,
        message_annotations: { "x-opt-partition-key": "p", "x-opt-sequence-number": 7 },
      });
      expect(plain(decode(after.applicationProperties ?? encode.map({})))).toEqual({
        ...applicationProperties,
        ...added,
      });
    }),
  );
});

test("writeMessage() keeps the types of properties, also of those that stay when others are added", () => {
  const properties = encode.map({
    float: Buffer.from([0x72, 0x3f, 0x80, 0x00, 0x00]),
    ulong: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 5]),
    guid: encode.uuid("00112233445566778899aabbccddeeff"),
    changed: encode.string("old"),
  });
  const sent = Buffer.concat([
    encode.described(0x74, properties),
    encode.described(0x75, encode.binary(Buffer.of())),
  ]);
  const message: Message = {
    ...arrivalOf(readContent(sent)),
    sequenceNumber: 1,
    enqueuedAtMs: 0,
    ttlMs: undefined,
    deliveryCount: 0,
    state: "active",
  };
  expect(splitSections(writeMessage(message)).applicationProperties).toEqual(properties);

  const changed = writeMessage({ ...message, added: new Map([["changed", "new"]]) });
  const before = rawItems(properties);
  const after = rawItems(splitSections(changed).applicationProperties ?? Buffer.of());
  expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
  expect(after.slice(6)).toEqual([encode.string("changed"), encode.string("new")]);
});
