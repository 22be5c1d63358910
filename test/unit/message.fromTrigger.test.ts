import fc from "fast-check";
import { expect, test } from "vitest";

import { fromTrigger } from "../../shared/message/fromTrigger.ts";

const body = Buffer.from("{}");

test("fromTrigger() reads what the host tells of a message", () => {
  const metadata = {
    messageId: "m1",
    sessionId: "c/0",
    contentType: "application/json",
    deliveryCount: 3,
    applicationProperties: { deadLetterReason: "R", deadLetterErrorDescription: "D" },
  };
  expect(fromTrigger(body, metadata)).toEqual({
    body,
    messageId: "m1",
    sessionId: "c/0",
    contentType: "application/json",
    deliveryCount: 3,
    deadLetterReason: "R",
    deadLetterDescription: "D",
  });
});

test("fromTrigger() undoes what JSON.parse did to an id of digits", () => {
  expect(fromTrigger(body, { messageId: 4711 })).toMatchObject({ messageId: "4711", deliveryCount: 1 });
});

test("fromTrigger() keeps a body that a host handed over as text or object", () => {
  expect(fromTrigger("{broken", {}).body).toEqual(Buffer.from("{broken"));
  expect(fromTrigger({ a: 1 }, {}).body).toEqual(Buffer.from('{"a":1}'));
});

test("fromTrigger() never throws, whatever the metadata is", () => {
  fc.assert(
    fc.property(fc.anything(), (metadata) => {
      expect(fromTrigger(body, metadata).body).toBe(body);
    }),
  );
});
