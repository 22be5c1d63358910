import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { boundProperties } from "../../shared/message/boundProperties.ts";
import { AMQP_JSON, toDeadLetter, toDelivery } from "../../shared/message/deadLetter.ts";
import { toDeadLetterError } from "../../shared/message/errors.ts";

type BodyType = "data" | "value" | "sequence";

const aMessage = (
  bodyType: BodyType,
  body: unknown,
  fields: Partial<ServiceBusReceivedMessage> = {},
): ServiceBusReceivedMessage =>
  Object.assign(
    {
      body,
      state: "active" as const,
      deliveryCount: 9,
      enqueuedTimeUtc: new Date("2026-01-01T00:00:00Z"),
      _rawAmqpMessage: { bodyType, body: { typecode: 0x75, content: body } },
      ...fields,
    },
    // A Long in truth; only its text is read
    { sequenceNumber: 9_007_199_254_740_993n },
  );

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("utf8");
const copyOf = (bodyType: BodyType, body: unknown): unknown =>
  JSON.parse(textOf(toDeadLetter("q", aMessage(bodyType, body)).body));

describe("toDeadLetter()", () => {
  test("keeps data byte for byte, with what the broker and the sender said", () => {
    const body = Buffer.from([0, 255, 123]);
    const message = aMessage("data", body, {
      messageId: "m",
      sessionId: "lane",
      contentType: "text/odd",
      deadLetterReason: "TTLExpiredException",
      deadLetterErrorDescription: "too late",
      applicationProperties: { team: "blue" },
    });
    expect(toDeadLetter("q", message)).toEqual({
      queue: "q",
      sequenceNumber: "9007199254740993",
      enqueuedAt: "2026-01-01T00:00:00.000Z",
      body,
      bodyType: "data",
      isCopy: false,
      contentType: "text/odd",
      messageId: "m",
      sessionId: "lane",
      reason: "TTLExpiredException",
      description: "too late",
      properties: { team: "blue" },
      deliveryCount: 10,
    });
  });

  test("joins several data sections", () => {
    const letter = toDeadLetter("q", aMessage("data", [Buffer.from("one "), Buffer.from("two")]));
    expect(textOf(letter.body)).toBe("one two");
    expect(letter.bodyType).toBe("data");
  });

  test("tells a message without a body from one with the value null", () => {
    const none = toDeadLetter(
      "q",
      aMessage("value", null, { _rawAmqpMessage: { bodyType: "value", body: null } }),
    );
    expect(none).toMatchObject({ bodyType: "none", body: new Uint8Array() });
    expect(copyOf("value", null)).toEqual({ amqp: "value", value: null });
  });

  test("copies a value as JSON that says what it was", () => {
    const letter = toDeadLetter("q", aMessage("value", { a: 1 }, { contentType: "theirs" }));
    expect(letter).toMatchObject({ bodyType: "value", contentType: AMQP_JSON, isCopy: true });
    expect(textOf(letter.body)).toBe('{"amqp":"value","value":{"a":1}}');
    expect(copyOf("sequence", [1, "a"])).toEqual({ amqp: "sequence", value: [1, "a"] });
  });

  test.each([
    [12n ** 20n, { $type: "long", value: "3833759992447475122176" }],
    [Buffer.from("ab"), { $type: "binary", value: "YWI=" }],
    [new Date("2026-01-01T00:00:00Z"), { $type: "timestamp", value: "2026-01-01T00:00:00.000Z" }],
    [new Date(Number.NaN), { $type: "timestamp" }],
    [new Map([[1, "x"]]), { $type: "map", value: [[1, "x"]] }],
    [Number.NaN, { $type: "number", value: "NaN" }],
    [-0, { $type: "number", value: "-0" }],
    [Number.POSITIVE_INFINITY, { $type: "number", value: "Infinity" }],
    [undefined, { $type: "undefined" }],
    [() => 1, { $type: "function" }],
    ["\ud800", { $type: "utf-16", value: "ANg=" }],
    [{ $type: "mine" }, { $type: "map", value: [["$type", "mine"]] }],
    [{ "\udc00": 1 }, { $type: "map", value: [[{ $type: "utf-16", value: "ANw=" }, 1]] }],
    [{ deep: [{ bytes: Buffer.from("") }] }, { deep: [{ bytes: { $type: "binary", value: "" } }] }],
    [true, true],
  ])("copies %o as %o", (value, json) => {
    expect(copyOf("value", value)).toEqual({ amqp: "value", value: json });
  });

  test("bounds what has no end, and what is too much", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(JSON.stringify(copyOf("value", loop))).toContain("left out");
    const much = Array.from({ length: 10 }, () => "x".repeat(1024 * 1024));
    const copy = toDeadLetter("q", aMessage("value", [Buffer.alloc(5 * 1024 * 1024), ...much])).body;
    expect(copy.length).toBeLessThan(5 * 1024 * 1024);
    expect(textOf(copy)).toContain("left out");
  });

  test.each([
    ["messageId", 42, "42"],
    ["messageId", Buffer.from([1, 255]), "01ff"],
    ["messageId", "\ud83d", "\ufffd"],
    ["sessionId", "x".repeat(32_768), "x".repeat(1024)],
    ["contentType", { odd: true }, undefined],
    ["deadLetterReason", new Date("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00.000Z"],
    ["deadLetterErrorDescription", "y".repeat(5000), "y".repeat(4096)],
  ])("takes %s %o for what it is", (field, value, expected) => {
    const letter = toDeadLetter("q", Object.assign(aMessage("data", Buffer.from("")), { [field]: value }));
    const names: Readonly<Record<string, keyof typeof letter>> = {
      deadLetterReason: "reason",
      deadLetterErrorDescription: "description",
      contentType: "contentType",
      messageId: "messageId",
      sessionId: "sessionId",
    };
    expect(letter[names[field] ?? "queue"]).toBe(expected);
  });

  test("takes an id that only says that it is a time for none", () => {
    const odd: unknown = Object.create(Date.prototype);
    const letter = toDeadLetter("q", Object.assign(aMessage("data", Buffer.from("")), { messageId: odd }));
    expect(letter).not.toHaveProperty("messageId");
  });

  test("never throws, and what it returns is JSON of a bounded size", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (body, id, properties) => {
        for (const bodyType of ["data", "value", "sequence"] as const) {
          const message = Object.assign(aMessage(bodyType, body), {
            messageId: id,
            deadLetterReason: id,
            deliveryCount: id,
            sequenceNumber: id,
            enqueuedTimeUtc: id,
            applicationProperties: properties,
          });
          const letter = toDeadLetter("q", message);
          const { body: bytes, ...rest } = letter;
          expect(bytes).toBeInstanceOf(Uint8Array);
          const json = JSON.stringify(rest);
          expect(json.isWellFormed()).toBe(true);
          expect(json.length).toBeLessThan(300_000);
        }
      }),
    );
  });
});

test("toDelivery() takes a value that is a text for the text itself", () => {
  const fields = { contentType: "application/json", deadLetterReason: "r", deadLetterErrorDescription: "d" };
  const delivery = toDelivery(toDeadLetter("q", aMessage("value", '{"a":1}', fields)));
  expect(delivery).toEqual({
    body: Buffer.from('{"a":1}'),
    bodyType: "value",
    properties: {},
    contentType: "application/json",
    deliveryCount: 10,
    deadLetterReason: "r",
    deadLetterDescription: "d",
  });
});

describe("boundProperties()", () => {
  test("keeps simple values, and names what is none", () => {
    const properties = { a: 1, b: "x", c: true, d: null, e: 5n, f: Buffer.from("ab"), g: Number.NaN, h: {} };
    expect(boundProperties(properties)).toEqual({
      a: 1,
      b: "x",
      c: true,
      d: null,
      e: "5",
      f: "YWI=",
      g: "NaN",
      h: "(object)",
    });
  });

  test("cuts what is long, makes it well-formed, and counts what does not fit", () => {
    const bounded = boundProperties(
      { "a\ud800": "\udc00", long: "x".repeat(40_000), after: 1, more: 2 },
      1000,
    );
    expect(Object.keys(bounded)).toEqual(["a\ufffd", "long", "(left out)"]);
    expect(bounded["a\ufffd"]).toBe("\ufffd");
    expect(bounded["(left out)"]).toBe(2);
    expect(JSON.stringify(bounded).length).toBeLessThan(1100);
    const control = boundProperties({ control: "\u0000".repeat(900) }, 1000);
    expect(control).toEqual({ "(left out)": 1 });
  });

  test("keeps what a poison message is filed by before any text, wherever it stands", () => {
    const own = { Kind: "callback", PoisonId: "~p", Run: 3, BodyAt: "ledger" };
    const bounded = boundProperties({ Text: "x".repeat(40_000), Other: "y", ...own });
    expect(bounded).toMatchObject({ ...own, "(left out)": 1 });
  });

  test("leaves nobody's prototype changed", () => {
    const properties = boundProperties(Object.fromEntries([["__proto__", "x"]]));
    expect(Object.entries(properties)).toEqual([["__proto__", "x"]]);
  });
});

test.each([
  [
    Object.assign(new Error("quotes"), { name: "MessagingError", code: "UnauthorizedAccess" }),
    "unauthorized",
    "access is denied; grant Azure Service Bus Data Receiver (MessagingError)",
  ],
  [
    Object.assign(new Error("quotes"), { code: "MessagingEntityNotFound" }),
    "missing",
    "there is no such entity; create it as servicebus.config.json says (Error)",
  ],
  [
    new RangeError("quotes"),
    "unreachable",
    "the broker cannot be reached; check ServiceBusConnection (RangeError)",
  ],
  ["odd", "unreachable", "the broker cannot be reached; check ServiceBusConnection (unknown)"],
])("toDeadLetterError() says why dead letters cannot be read: %o", (error, code, why) => {
  const { message, ...rest } = toDeadLetterError("tickets", error);
  expect(rest).toMatchObject({ code });
  expect(message).toBe(`Cannot read the dead letters of tickets: ${why}`);
});
