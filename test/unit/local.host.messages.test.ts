import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { expect, test } from "vitest";

import type { RegisteredFunction } from "../../local/host/coreModule.ts";
import { pathOf, toServiceBusBinding } from "../../local/host/serviceBusBinding.ts";
import { toInvocationData } from "../../local/host/toInvocationData.ts";
import { overrideMetadata, toTriggerMetadata } from "../../local/host/toTriggerMetadata.ts";

const aMessage = (
  body: unknown,
  changes: Partial<ServiceBusReceivedMessage> = {},
): ServiceBusReceivedMessage => ({
  body,
  messageId: "m-1",
  deliveryCount: 0,
  lockToken: "5d7c9c3a-2a1c-4b43-8d7e-0e0d3b0a1c11",
  enqueuedTimeUtc: new Date("2026-11-23T06:00:00.120Z"),
  state: "active",
  _rawAmqpMessage: { body, bodyType: "data" },
  ...changes,
});
const asText = { bindingName: "message", isBinary: false };
const asBytes = { bindingName: "message", isBinary: true };

test("toTriggerMetadata() uses .NET's names, counts deliveries from 1 and leaves out what is null", () => {
  const message = aMessage(Buffer.from("x"), {
    deliveryCount: 2,
    sessionId: "lane",
    subject: "what",
    applicationProperties: { TenantId: "t", attempts: 3 },
  });

  expect(toTriggerMetadata(message)).toEqual({
    MessageId: { string: "m-1" },
    SessionId: { string: "lane" },
    Subject: { string: "what" },
    Label: { string: "what" },
    DeliveryCount: { json: "3" },
    LockToken: { string: "5d7c9c3a-2a1c-4b43-8d7e-0e0d3b0a1c11" },
    EnqueuedTimeUtc: { json: '"2026-11-23T06:00:00.12"' },
    EnqueuedTime: { json: '"2026-11-23T06:00:00.12+00:00"' },
    ApplicationProperties: { json: '{"TenantId":"t","attempts":3}' },
    UserProperties: { json: '{"TenantId":"t","attempts":3}' },
  });
});

test.each([
  ["2026-11-23T06:00:00.000Z", '"2026-11-23T06:00:00"'],
  ["2026-11-23T06:10:10.100Z", '"2026-11-23T06:10:10.1"'],
  ["+031197-01-01T00:00:00.000Z", '"9999-12-31T23:59:59.9999999"'],
])("toTriggerMetadata() writes the time %s as %s", (time, json) => {
  expect(toTriggerMetadata(aMessage("", { expiresAtUtc: new Date(time) }))["ExpiresAtUtc"]).toEqual({ json });
});

test("overrideMetadata() lets the body replace what the message says, whatever the case", () => {
  const body =
    '{"messageId":"mine","DELIVERYCOUNT":9,"urgent":true,"none":null,"list":[1],"ticket":{"Id":7}}';

  const metadata = overrideMetadata({ MessageId: { string: "m-1" }, DeliveryCount: { json: "1" } }, body);

  expect(metadata).toEqual({
    MessageId: { string: "mine" },
    DeliveryCount: { string: "9" },
    urgent: { string: "True" },
    ticket: { json: '{"Id":7}' },
  });
});

test.each(["[1]", "text", "1", "null", "{", ""])(
  "overrideMetadata() changes nothing for the body %s",
  (body) => {
    expect(overrideMetadata({ MessageId: { string: "m-1" } }, body)).toEqual({
      MessageId: { string: "m-1" },
    });
  },
);

test("toInvocationData() hands over text, or bytes that override nothing", () => {
  const body = Buffer.from('{"messageId":"mine"}');

  const text = toInvocationData(aMessage(body), asText);
  const bytes = toInvocationData(aMessage(body), asBytes);

  expect(text.inputData).toEqual([{ name: "message", data: { string: '{"messageId":"mine"}' } }]);
  expect(text.triggerMetadata["MessageId"]).toEqual({ string: "mine" });
  expect(bytes.inputData).toEqual([{ name: "message", data: { bytes: body } }]);
  expect(bytes.triggerMetadata["MessageId"]).toEqual({ string: "m-1" });
});

test("toInvocationData() takes a value section with a text for a text, and no other one", () => {
  const value = (body: unknown, bodyType: "value" | "sequence"): ServiceBusReceivedMessage =>
    aMessage(body, { _rawAmqpMessage: { body, bodyType } });

  expect(toInvocationData(value("words", "value"), asText).inputData[0]?.data).toEqual({ string: "words" });
  expect(() => toInvocationData(value("words", "value"), asBytes)).toThrow("AMQP value section");
  expect(toInvocationData(value(null, "value"), asBytes).inputData[0]?.data).toEqual({
    bytes: Buffer.alloc(0),
  });
  expect(() => toInvocationData(value({ a: 1 }, "value"), asText)).toThrow("AMQP value section");
  expect(() => toInvocationData(value([["a"]], "sequence"), asText)).toThrow("AMQP sequence section");
});

test("toInvocationData() joins several data sections", () => {
  const body = toInvocationData(aMessage([Buffer.from("a"), Buffer.from("b")]), asBytes).inputData[0]?.data;
  expect(body).toEqual({ bytes: Buffer.from("ab") });
});

const fn: RegisteredFunction = {
  metadata: { name: "listen", bindings: {} },
  callback: () => undefined,
  file: "file:///listen.ts",
};
const env = { Q: "orders", EMPTY: "" };

test.each([
  [{ queueName: "a" }, "a"],
  [{ queueName: "%Q%/$DeadLetterQueue" }, "orders/$DeadLetterQueue"],
  [{ topicName: "%Q%", subscriptionName: "all" }, "orders/Subscriptions/all"],
  [{ topicName: "t", subscriptionName: "all/$deadletterqueue" }, "t/Subscriptions/all/$DeadLetterQueue"],
])("toServiceBusBinding() of %o listens to %s", (binding, path) => {
  expect(pathOf(toServiceBusBinding(fn, "message", binding, env).source)).toBe(path);
});

test.each([
  [{ queueName: "%NOPE%" }, 'Cannot listen for "listen": NOPE is not set'],
  [{ queueName: "%EMPTY%" }, "EMPTY is not set"],
  [{ topicName: "t" }, "neither a queueName nor a topicName with a subscriptionName"],
  [{ subscriptionName: "s" }, "neither a queueName nor a topicName with a subscriptionName"],
  [{ queueName: "a/$DeadLetterQueue", isSessionsEnabled: true }, "dead letters have no sessions"],
  [{ queueName: "a", cardinality: "many" }, "only one message at a time"],
  [{ queueName: "a", properties: { supportsDeferredBinding: "true" } }, "sdkBinding is not served here"],
])("toServiceBusBinding() of %o says what is wrong", (binding, problem) => {
  expect(() => toServiceBusBinding(fn, "message", binding, env)).toThrow(problem);
});
