import { expect, test } from "vitest";

import { boundProperties } from "../../shared/message/boundProperties.ts";
import { fromDeadPoison } from "../../shared/message/fromDeadPoison.ts";
import { toPoison, withoutBody } from "../../shared/message/poisonMessage.ts";
import { aDelivery, aFailure } from "../support/builders.ts";
import { aDeadLetter } from "../support/deadLetterQueue.ts";

const NOW = "2026-01-01T00:00:00.000Z";

test("fromDeadPoison() files a poison message that expired as what it was before", () => {
  const delivery = aDelivery({ deadLetterReason: "MaxDeliveryCountExceeded", sessionId: "lane" });
  const message = toPoison(aFailure().refusal, delivery, { id: "request-1", run: 2 });
  const letter = aDeadLetter({
    queue: "license-updates-poison",
    body: message.body,
    messageId: message.messageId,
    properties: { ...message.properties, DeadLetterReason: "TTLExpiredException" },
  });
  expect(fromDeadPoison(letter, NOW)).toMatchObject({
    id: "request-1",
    run: 2,
    refusal: { category: "no-seats" },
    original: { messageId: "request-1", sessionId: "lane", brokerReason: "MaxDeliveryCountExceeded" },
    body: message.body,
  });
});

test("fromDeadPoison() files what another program put there with the broker's reason and its own properties", () => {
  const failure = fromDeadPoison(aDeadLetter({ sessionId: "s" }), NOW);
  expect(failure).toMatchObject({
    kind: "update",
    run: 0,
    original: {
      messageId: "m-7",
      sessionId: "s",
      brokerReason: "TTLExpiredException",
      brokerDescription: "too late",
      bodyType: "data",
      properties: { team: "blue" },
    },
  });
});

test("fromDeadPoison() leaves the body alone that the ledger has, however much else the message says", () => {
  const long = "x".repeat(1024);
  const delivery = aDelivery({
    messageId: long,
    sessionId: long,
    contentType: long,
    deadLetterReason: long,
    deadLetterDescription: long,
    properties: { long: "\\".repeat(4000) },
  });
  const refusal = { ...aFailure().refusal, description: "\u0001".repeat(1024) };
  const { body, properties } = withoutBody(toPoison(refusal, delivery, { id: "~p", run: 1 }));
  const bounded = boundProperties(properties);
  expect(bounded).toHaveProperty(["(left out)"]);
  const failure = fromDeadPoison(aDeadLetter({ body, properties: bounded }), NOW);
  expect(failure).toMatchObject({ id: "~p", run: 1, refusal: { category: refusal.category } });
  expect(failure).not.toHaveProperty("body");
});
