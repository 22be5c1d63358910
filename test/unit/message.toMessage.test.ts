import { describe, expect, test } from "vitest";

import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import { toEvent, type OutcomeEvent } from "../../shared/message/event.ts";
import { toPoison } from "../../shared/message/poisonMessage.ts";
import { toRejectedEvent } from "../../shared/message/rejected.ts";
import {
  toOperationMessage,
  toOutcomeMessage,
  toPoisonMessage,
  toReplayMessage,
  toRequestMessage,
  toResumeMessage,
} from "../../shared/message/toMessage.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import type { Applied, Refused } from "../../shared/outcome/outcome.ts";
import { laneOf } from "../../shared/request/lane.ts";
import { toAlertEvent } from "../../shared/token/alertEvent.ts";
import { aDelivery, aFailure, aRequest, bytesOf, CUSTOMER } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const request = aRequest();

/** The event of a request that ended so. */
const eventOf = (outcome: Applied | Refused, fields: Parameters<typeof aRequest>[0] = {}): OutcomeEvent => {
  const body = aRequest(fields);
  const begun = beginRequest(undefined, body, AT, "queue");
  const ended = begun.kind === "run" ? endRequest(begun.change.entry, outcome, AT) : undefined;
  const part = ended?.change?.entry.request;
  const event = part === undefined ? undefined : toEvent(part);
  if (event === undefined) throw new Error("There is no end");
  return event;
};
const applied: Applied = { kind: "applied", alreadySo: false, warnings: [], attempts: 1 };
const refused: Refused = { kind: "refused", cause: causeOf(400, 60_012), attempts: 1 };

describe("toRequestMessage()", () => {
  test("has the idempotency key for an id and the lane for a session", () => {
    expect(toRequestMessage(request, 4)).toEqual({
      messageId: "request-1",
      sessionId: laneOf(request, 4),
      correlationId: "request-1",
      contentType: "application/json",
      subject: "license-update",
      body: request,
    });
  });
});

test("toResumeMessage() goes to the same lane under an id of its own, the body as it came", () => {
  const body = bytesOf({ as: "it came" });
  expect(toResumeMessage(request, body, 2, 4)).toEqual({
    ...toRequestMessage(request, 4),
    messageId: "request-1~seats~2",
    body: Buffer.from(body),
  });
});

test("toReplayMessage() goes to the lane that is given, with the content type that it came with", () => {
  const body = bytesOf("the body");
  const message = toReplayMessage({ id: "request-1", run: 3 }, body, { deliveryCount: 1 }, "the-lane");
  expect(message).toEqual({
    messageId: "request-1~3",
    sessionId: "the-lane",
    correlationId: "request-1",
    contentType: "application/json",
    subject: "license-update",
    body: Buffer.from(body),
  });
  const original = { deliveryCount: 1, contentType: "text/plain" };
  expect(toReplayMessage({ id: "request-1", run: 3 }, body, original, "l").contentType).toBe("text/plain");
});

test("toPoisonMessage() sends bytes, and the correlation of a request alone", () => {
  const { refusal } = aFailure();
  const delivery = aDelivery({ body: Buffer.from([0x7b, 0xff]) });
  const message = toPoisonMessage(toPoison(refusal, delivery, { id: "request-1", run: 0 }, request));
  expect(message.body).toEqual(Buffer.from([0x7b, 0xff]));
  expect(message).toMatchObject({
    correlationId: "request-1",
    subject: "no-seats",
    applicationProperties: { Category: "no-seats", PoisonId: "request-1" },
  });
  expect(toPoisonMessage(toPoison(refusal, delivery, { id: "~m", run: 0 }))).not.toHaveProperty(
    "correlationId",
  );
});

describe("toOutcomeMessage()", () => {
  const filtersOf = (event: Parameters<typeof toOutcomeMessage>[0]) =>
    toOutcomeMessage(event).applicationProperties;

  test("is the event itself, under its id", () => {
    const event = eventOf(applied);
    expect(toOutcomeMessage(event)).toMatchObject({
      messageId: event.id,
      correlationId: "request-1",
      contentType: "application/cloudevents+json",
      subject: "com.license-relay.update.applied",
      body: event,
    });
  });

  test("has properties to filter on: the customer, and for a refusal the cause and whose it is", () => {
    expect(filtersOf(eventOf(applied))).toEqual({
      type: "com.license-relay.update.applied",
      outcome: "applied",
      customerId: CUSTOMER,
    });
    expect(filtersOf(eventOf(refused))).toEqual({
      type: "com.license-relay.update.refused",
      outcome: "refused",
      customerId: CUSTOMER,
      category: "no-seats",
      owner: refused.cause.owner,
    });
  });

  test("goes to the subscription for tickets only when a source is to be told", () => {
    const ticket = { system: "zendesk", id: "47" };
    expect(filtersOf(eventOf(applied, { ticket: { ...ticket, source: "desk" } }))).toMatchObject({
      notify: "ticket",
      ticketSource: "desk",
    });
    expect(filtersOf(eventOf(applied, { ticket }))).not.toHaveProperty("notify");
  });

  test("of a ticket that was turned down goes to its source, and has no customer", () => {
    const rejected = toRejectedEvent({ system: "zendesk", id: "47", source: "desk" }, [], bytesOf({}), AT);
    expect(filtersOf(rejected)).toEqual({
      type: "com.license-relay.ticket.rejected",
      outcome: "rejected",
      notify: "ticket",
      ticketSource: "desk",
    });
  });

  test("of an alert says which and how bad", () => {
    const alert = { id: "expires-soon", severity: "warning", meaning: "m", remedy: "r" };
    expect(filtersOf(toAlertEvent(alert, AT))).toEqual({
      type: "com.license-relay.token.alert",
      outcome: "alert",
      alert: "expires-soon",
      severity: "warning",
    });
  });
});

test("toOperationMessage() has a session for each operation and an id for each tick", () => {
  expect(toOperationMessage("op", 7)).toEqual({
    messageId: "op~7",
    sessionId: "op",
    contentType: "application/json",
    subject: "operation",
    body: { operationId: "op" },
  });
});
