import { expect, test } from "vitest";

import { aBroker, aClient, aMessage, bodiesOf, codeOf, glance, take, takeOne } from "./namespace.ts";

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

test("a message comes out as it went in", async () => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  const sent = {
    body: { text: "grüße", list: [1, 2.5, null], yes: true },
    messageId: "m1",
    correlationId: "c1",
    contentType: "application/json",
    subject: "s",
    to: "t",
    replyTo: "r",
    replyToSessionId: "rs",
    partitionKey: "p",
    timeToLive: 60_000,
    applicationProperties: {
      text: "a",
      whole: 5,
      big: 2 ** 40,
      less: -3,
      part: 1.5,
      yes: true,
      no: false,
      none: null,
    },
  };
  await client.createSender("q").sendMessages(sent);
  const received = await takeOne(client.createReceiver("q"));
  expect(received).toMatchObject(sent);
  expect(received).toMatchObject({ deliveryCount: 0, state: "active" });
  expect(received.sequenceNumber?.toNumber()).toBe(1);
  expect(received.enqueuedTimeUtc?.getTime()).toBeLessThanOrEqual(Date.now());
  expect(received.expiresAtUtc?.getTime()).toBe((received.enqueuedTimeUtc?.getTime() ?? 0) + 60_000);
  expect(received.lockToken).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([0, 1, 255, 256, 70_000, 200_000])("a body of %i bytes keeps every byte", async (size) => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  const body = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) % 256));
  await client.createSender("q").sendMessages(aMessage(body));
  const received = await takeOne(client.createReceiver("q", { skipParsingBodyAsJson: true }));
  expect(Buffer.isBuffer(received.body) && body.equals(received.body)).toBe(true);
});

test.each([
  ["value", "text"],
  ["value", { nested: [1, "two"] }],
  ["sequence", [[1, "two"], [true]]],
  ["data", Buffer.from([0xff, 0x00])],
] as const)("a body in a %s section stays one", async (bodyType, body) => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  await client.createSender("q").sendMessages({ body, bodyType, properties: { messageId: "m" } });
  const received = await takeOne(client.createReceiver("q"));
  expect(received).toMatchObject({ body, _rawAmqpMessage: { bodyType } });
});

test("messages come in the order they were sent, and abandoned ones come first", async () => {
  const client = aClient(await aBroker({ queues: { q: { MaxDeliveryCount: 10 } } }));
  const sender = client.createSender("q");
  for (const body of ids(1, 4)) await sender.sendMessages(aMessage(body));
  const receiver = client.createReceiver("q");
  const [first, second] = await take(receiver, 2);
  if (first === undefined || second === undefined) throw new Error("Two messages are needed");
  await receiver.abandonMessage(second, { tried: "once" });
  await receiver.abandonMessage(first);
  const again = await take(receiver, 4);
  expect(bodiesOf(again)).toEqual(ids(1, 4));
  expect(again.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 0, 0]);
  expect(again[1]?.applicationProperties).toEqual({ tried: "once" });
});

test("a completed message is gone", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages(aMessage(1));
  const receiver = client.createReceiver("q");
  await receiver.completeMessage(await takeOne(receiver));
  expect(broker.counts("q")).toEqual({ active: 0, scheduled: 0, deadLetter: 0 });
});

test("receiveAndDelete takes a message out at once", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages([aMessage(1), aMessage(2)]);
  const receiver = client.createReceiver("q", { receiveMode: "receiveAndDelete" });
  expect(bodiesOf(await take(receiver, 2))).toEqual([1, 2]);
  expect(broker.counts("q").active).toBe(0);
});

test("a deferred message comes only to who knows its number", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages([aMessage("later"), aMessage("now")]);
  const receiver = client.createReceiver("q");
  const message = await takeOne(receiver);
  await receiver.deferMessage(message, { why: "early" });
  expect(bodiesOf(await take(receiver, 1))).toEqual(["now"]);
  expect(await receiver.peekMessages(1)).toMatchObject([{ body: "later", state: "deferred" }]);

  const number = message.sequenceNumber;
  if (number === undefined) throw new Error("A sequence number is needed");
  const [deferred] = await receiver.receiveDeferredMessages(number);
  expect(deferred).toMatchObject({
    body: "later",
    applicationProperties: { why: "early" },
    deliveryCount: 0,
  });
  expect(await codeOf(receiver.receiveDeferredMessages(number))).toBe("MessageNotFound");
  if (deferred === undefined) throw new Error("The deferred message is needed");
  await receiver.abandonMessage(deferred, { why: "still early" });
  const [again] = await receiver.receiveDeferredMessages(number);
  expect(again).toMatchObject({ deliveryCount: 1, applicationProperties: { why: "still early" } });
  if (again === undefined) throw new Error("The deferred message is needed");
  await receiver.deadLetterMessage(again, {
    deadLetterReason: "never",
    deadLetterErrorDescription: "too late",
  });
  const dead = client.createReceiver("q", { subQueueType: "deadLetter" });
  expect(await takeOne(dead)).toMatchObject({
    body: "later",
    deadLetterReason: "never",
    deadLetterErrorDescription: "too late",
  });
});

test("a dead-lettered message says why, and keeps what it was", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  const sent = { body: { a: 1 }, messageId: "m", applicationProperties: { kept: 1, changed: "old" } };
  await client.createSender("q").sendMessages(sent);
  const receiver = client.createReceiver("q");
  const message = await takeOne(receiver);
  await receiver.deadLetterMessage(message, {
    deadLetterReason: "BadInput",
    deadLetterErrorDescription: "No such user",
    changed: "new",
  });
  expect(broker.counts("q")).toEqual({ active: 0, scheduled: 0, deadLetter: 1 });

  const dead = client.createReceiver("q", { subQueueType: "deadLetter" });
  const expected = {
    body: { a: 1 },
    messageId: "m",
    sequenceNumber: message.sequenceNumber,
    deadLetterReason: "BadInput",
    deadLetterErrorDescription: "No such user",
    applicationProperties: { kept: 1, changed: "new" },
  };
  expect(await dead.peekMessages(1)).toMatchObject([expected]);
  const taken = await takeOne(dead);
  expect(taken).toMatchObject(expected);
  await dead.abandonMessage(taken);
  await dead.completeMessage(await takeOne(dead));
  expect(broker.counts("q").deadLetter).toBe(0);
});

test("a message that is abandoned too often is dead-lettered in the service's words", async () => {
  const client = aClient(await aBroker({ queues: { q: { MaxDeliveryCount: 2 } } }));
  await client.createSender("q").sendMessages(aMessage(1));
  const receiver = client.createReceiver("q");
  await receiver.abandonMessage(await takeOne(receiver));
  await receiver.abandonMessage(await takeOne(receiver));
  const dead = client.createReceiver("q", { subQueueType: "deadLetter" });
  const message = await takeOne(dead);
  expect(message).toMatchObject({
    deliveryCount: 2,
    deadLetterReason: "MaxDeliveryCountExceeded",
    deadLetterErrorDescription: "Message could not be consumed after 2 delivery attempts.",
  });
  // However often it is given back, it stays there
  await dead.abandonMessage(message);
  await dead.abandonMessage(await takeOne(dead));
  await dead.deadLetterMessage(await takeOne(dead));
  expect((await takeOne(dead)).deliveryCount).toBe(5);
});

test("peek shows what is there without taking it", async () => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  await client.createSender("q").sendMessages(ids(1, 5).map((body) => aMessage(body)));
  const receiver = client.createReceiver("q");
  await takeOne(receiver);
  expect(bodiesOf(await receiver.peekMessages(3))).toEqual(ids(1, 3));
  expect(bodiesOf(await receiver.peekMessages(3))).toEqual(ids(4, 5));
  expect(await receiver.peekMessages(3)).toEqual([]);
  expect(bodiesOf(await take(receiver, 4))).toEqual(ids(2, 5));
});

test("receivers share the messages of a queue, and each message goes to one", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const [one, other] = [aClient(broker).createReceiver("q"), aClient(broker).createReceiver("q")];
  const got: unknown[] = [];
  for (const receiver of [one, other])
    receiver.subscribe({
      processMessage: async ({ body }) => void got.push(body),
      processError: async ({ error }) => void got.push(error),
    });
  await aClient(broker)
    .createSender("q")
    .sendMessages(ids(1, 100).map((body) => aMessage(body)));
  await expect.poll(() => broker.counts("q").active).toBe(0);
  expect(got.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids(1, 100));
});

test("a receiver that waits gets a message as soon as there is one", async () => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  const receiver = client.createReceiver("q");
  expect(await glance(receiver)).toEqual([]);
  const waiting = takeOne(receiver);
  await client.createSender("q").sendMessages(aMessage("there"));
  expect((await waiting).body).toBe("there");
});

test("entity names may be in any case", async () => {
  const client = aClient(await aBroker({ queues: { Orders: {} } }));
  await client.createSender("ORDERS").sendMessages(aMessage(1));
  expect((await takeOne(client.createReceiver("orders"))).body).toBe(1);
});

test("10,000 messages go through in seconds", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker, 60_000);
  const sender = client.createSender("q");
  const receiver = client.createReceiver("q", { receiveMode: "peekLock", maxAutoLockRenewalDurationInMs: 0 });
  const started = performance.now();
  for (let batch = 0; batch < 20; batch += 1)
    await sender.sendMessages(
      ids(1, 500).map((id) => ({ body: { id, batch }, messageId: `${batch}-${id}` })),
    );
  for (let done = 0; done < 10_000;) {
    const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 5000 });
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    done += messages.length;
  }
  expect(broker.counts("q").active).toBe(0);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("requests to the management node are answered however many there were on a connection", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const sender = aClient(broker, 15_000).createSender("q");
  const later = new Date(Date.now() + 60_000);
  const numbers: string[] = [];
  // More than the buffer of a session holds
  for (let batch = 0; batch < 22; batch += 1) {
    const scheduled = await Promise.all(
      Array.from({ length: 100 }, () => sender.scheduleMessages(aMessage("later"), later)),
    );
    numbers.push(...scheduled.flat().map(String));
  }
  expect(new Set(numbers).size).toBe(2200);
}, 30_000);
