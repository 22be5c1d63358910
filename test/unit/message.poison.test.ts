import { describe, expect, test } from "vitest";

import { fromPoison } from "../../shared/message/fromPoison.ts";
import { keyOfMessage, replayMessageId, toPoison } from "../../shared/message/poisonMessage.ts";
import { toRejectedEvent } from "../../shared/message/rejected.ts";
import type { Delivery } from "../../shared/outcome/delivery.ts";
import { aDelivery, aFailure, aRequest, bytesOf, CUSTOMER, ids } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const NOW = "2026-02-02T00:00:00.000Z";
const { refusal } = aFailure({ status: 400, code: 60_012, description: "none left", partnerCenter: ids });

/** The properties as the host hands them over: with the first letter lowered. */
const asTheHostDoes = (properties: Readonly<Record<string, unknown>>) => ({
  applicationProperties: Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name.slice(0, 1).toLowerCase() + name.slice(1),
      value,
    ]),
  ),
});

describe("toPoison()", () => {
  test("says in its properties what an operator needs", () => {
    const delivery = aDelivery({ deadLetterReason: "r", deadLetterDescription: "d", deliveryCount: 3 });
    const request = aRequest();
    const message = toPoison(refusal, delivery, { id: "request-1", run: 2 }, request);
    expect(message).toMatchObject({
      contentType: "application/json",
      correlationId: "request-1",
      subject: "no-seats",
      properties: {
        Kind: "update",
        DeadLetterErrorDescription: "none left",
        Status: 400,
        Code: 60_012,
        Description: "none left",
        PoisonId: "request-1",
        Run: 2,
        RequestId: "request-1",
        CustomerId: CUSTOMER,
        UserId: request.userId,
        OriginalMessageId: "request-1",
        DeliveryCount: 3,
        BrokerReason: "r",
        BrokerDescription: "d",
        CapturedAt: AT,
        MsCorrelationId: ids.correlationId,
      },
    });
    expect(message.properties).not.toHaveProperty("MsCv");
  });

  test("gives what is no request neither a correlation nor a customer, and the meaning for a description", () => {
    const { contentType: _none, ...delivery } = aDelivery();
    const message = toPoison(aFailure().refusal, delivery, { id: "~m", run: 0 });
    expect(message).not.toHaveProperty("correlationId");
    expect(message.properties).not.toHaveProperty("CustomerId");
    expect(message.properties["DeadLetterErrorDescription"]).toBe("No seats");
    expect(message.contentType).toBe("application/json");
  });

  test("has another id for another run, and cuts texts that are too long", () => {
    const long = { ...refusal, description: "x".repeat(2000) };
    const [one, other] = [0, 1].map((run) => toPoison(long, aDelivery(), { id: "request-1", run }));
    expect(one?.messageId).not.toBe(other?.messageId);
    expect(one?.properties["Description"]).toBe("x".repeat(1024));
  });
});

describe("the application properties of a dead letter", () => {
  const deadLetter = { bodyType: "value", properties: { Team: "blue", n: 1, on: true, none: null } };
  const properties = (fields: Partial<Delivery>) =>
    toPoison(refusal, aDelivery(fields), { id: "request-1", run: 0 }).properties;
  const originalOf = (given: Readonly<Record<string, unknown>>) =>
    fromPoison(Buffer.from("x"), asTheHostDoes(given), NOW).original;

  test("go along with the poison message, and are filed with it", () => {
    expect(originalOf(properties(deadLetter))).toMatchObject(deadLetter);
    expect(properties({ properties: {} })).not.toHaveProperty("OriginalProperties");
  });

  test("are bounded, and what is none of ours is left out", () => {
    const many = properties({ properties: { long: "x".repeat(20_000), other: 1 } })["OriginalProperties"];
    expect(String(many).length).toBeLessThan(9000);
    for (const text of ["json:{", "json:[1]", '{"a":1}', 1, 'json:{"a":{}}'])
      expect(originalOf({ OriginalProperties: text })).not.toHaveProperty("properties");
  });
});

describe("keyOfMessage()", () => {
  test("finds the entry of a replay, and the same one for the same message", () => {
    const { id } = keyOfMessage(aDelivery());
    expect(keyOfMessage(aDelivery())).toEqual({ id, run: 0 });
    expect(keyOfMessage(aDelivery({ messageId: replayMessageId({ id, run: 12 }) }))).toEqual({ id, run: 12 });
    expect(keyOfMessage(aDelivery({ body: bytesOf("other") })).id).not.toBe(id);
    const { messageId: _none, ...nameless } = aDelivery();
    expect(keyOfMessage(nameless).id).toMatch(/^~/);
  });
});

describe("fromPoison()", () => {
  test("reads what toPoison() wrote", () => {
    const message = toPoison(refusal, aDelivery(), { id: "request-1", run: 2 }, aRequest(), "callback");
    expect(fromPoison(Buffer.from(message.body), asTheHostDoes(message.properties), NOW)).toMatchObject({
      id: "request-1",
      kind: "callback",
      run: 2,
      refusal,
      original: {
        messageId: "request-1",
        sessionId: `${CUSTOMER}/0`,
        contentType: "application/json",
        deliveryCount: 1,
      },
    });
  });

  test("files what another program put on the queue, by the broker's reason", () => {
    const failure = fromPoison(
      Buffer.from("x"),
      {
        messageId: "m",
        ...asTheHostDoes({ DeadLetterReason: "TTLExpiredException", Category: {}, Run: -1 }),
      },
      NOW,
    );
    expect(failure).toMatchObject({
      kind: "update",
      run: 0,
      refusal: { at: NOW, category: "expired", owner: "operator", attempts: 0 },
    });
    expect(failure.id).toBe(keyOfMessage(aDelivery({ messageId: "m", body: Buffer.from("x") })).id);
    expect(failure.refusal).not.toHaveProperty("partnerCenter");
    expect(fromPoison("x", undefined, NOW).refusal.category).toBe("dead-lettered");
  });

  test("takes numbers for texts, and leaves out what is of no use", () => {
    const properties = { DeadLetterErrorDescription: 4711, PoisonId: "a b", MsRequestId: "only one id" };
    const failure = fromPoison(Buffer.from("x"), asTheHostDoes(properties), NOW);
    expect(failure.refusal.description).toBe("4711");
    expect(failure.id).toMatch(/^~/);
    expect(failure.refusal).not.toHaveProperty("partnerCenter");
  });
});

describe("toRejectedEvent()", () => {
  const problems = Array.from({ length: 12 }, (_, index) => ({ pointer: `/${index}`, detail: "d" }));
  const event = toRejectedEvent(
    { system: "s", id: "x".repeat(300), source: "desk" },
    problems,
    bytesOf(1),
    AT,
  );

  test("names ten problems at most, and cuts an id that is too long", () => {
    expect(event.data.errors).toHaveLength(10);
    expect(event.data.ticket.id).toHaveLength(100);
    expect(event.subject).toHaveLength(200);
  });
});
