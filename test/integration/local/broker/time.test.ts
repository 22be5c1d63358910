import { expect, test } from "vitest";

import { aBroker, aClient, aMessage, bodiesOf, codeOf, glance, take, takeOne } from "./namespace.ts";

const inMs = (ms: number): Date => new Date(Date.now() + ms);

test("a message with an id that was seen within the window is accepted and dropped", async () => {
  const broker = await aBroker({
    queues: { q: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: "PT0.5S" } },
  });
  const client = aClient(broker);
  const sender = client.createSender("q");
  const sentAtMs = Date.now();
  await sender.sendMessages(aMessage("first", { messageId: "same" }));
  await sender.sendMessages([aMessage("again", { messageId: "same" }), aMessage("other")]);
  await sender.sendMessages(aMessage("later", { messageId: "same", scheduledEnqueueTimeUtc: inMs(100) }));
  await sender.scheduleMessages(aMessage("scheduled", { messageId: "same" }), inMs(100));
  expect(broker.counts("q")).toMatchObject({ active: 2, scheduled: 0 });

  // Completing a message does not make its id new
  const receiver = client.createReceiver("q", { receiveMode: "receiveAndDelete" });
  expect(bodiesOf(await take(receiver, 2))).toEqual(["first", "other"]);
  await expect
    .poll(async () => {
      await sender.sendMessages(aMessage("new", { messageId: "same" }));
      return broker.counts("q").active;
    })
    .toBe(1);
  expect(Date.now() - sentAtMs).toBeGreaterThanOrEqual(500);
});

test("a scheduled message comes at its time, with a new number", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  const sender = client.createSender("q");
  const at = inMs(300);
  await sender.sendMessages(aMessage("later", { scheduledEnqueueTimeUtc: at }));
  const [number] = await sender.scheduleMessages([aMessage("too")], at);
  await sender.sendMessages(aMessage("now"));
  expect(broker.counts("q")).toEqual({ active: 1, scheduled: 2, deadLetter: 0 });

  const receiver = client.createReceiver("q");
  expect(await receiver.peekMessages(3)).toMatchObject([
    { body: "later", state: "scheduled", scheduledEnqueueTimeUtc: at },
    { body: "too", state: "scheduled", sequenceNumber: number },
    { body: "now", state: "active" },
  ]);
  const messages = await take(receiver, 3);
  expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
  expect(bodiesOf(messages)).toEqual(["now", "later", "too"]);
  expect(messages.map(({ sequenceNumber }) => sequenceNumber?.toNumber())).toEqual([3, 4, 5]);
});

test("a scheduled message can be cancelled, once", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const sender = aClient(broker).createSender("q");
  const numbers = await sender.scheduleMessages([aMessage(1), aMessage(2)], inMs(60_000));
  await sender.cancelScheduledMessages(numbers);
  expect(broker.counts("q")).toEqual({ active: 0, scheduled: 0, deadLetter: 0 });
  expect(await codeOf(sender.cancelScheduledMessages(numbers))).toBe("MessageNotFound");
});

test("a time in the past is now", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  const sender = client.createSender("q");
  await sender.sendMessages(aMessage("sent", { scheduledEnqueueTimeUtc: inMs(-1000) }));
  await sender.scheduleMessages(aMessage("scheduled"), inMs(-1000));
  expect(bodiesOf(await take(client.createReceiver("q"), 2))).toEqual(["sent", "scheduled"]);
});

test("a message that nobody takes in time expires: it is dead-lettered or dropped", async () => {
  const broker = await aBroker({
    queues: {
      kept: { DeadLetteringOnMessageExpiration: true, DefaultMessageTimeToLive: "PT0.2S" },
      dropped: {},
    },
  });
  const client = aClient(broker);
  await client.createSender("kept").sendMessages(aMessage("old", { timeToLive: 60_000 }));
  await client.createSender("dropped").sendMessages(aMessage("old", { timeToLive: 100 }));
  await expect.poll(() => broker.counts("kept")).toEqual({ active: 0, scheduled: 0, deadLetter: 1 });
  await expect.poll(() => broker.counts("dropped")).toEqual({ active: 0, scheduled: 0, deadLetter: 0 });
  const dead = client.createReceiver("kept", { subQueueType: "deadLetter" });
  expect(await takeOne(dead)).toMatchObject({ body: "old", deadLetterReason: "TTLExpiredException" });
});

test("a locked message expires only when it comes back", async () => {
  const broker = await aBroker({ queues: { q: { DeadLetteringOnMessageExpiration: true } } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages(aMessage("held", { timeToLive: 100 }));
  const receiver = client.createReceiver("q");
  const message = await takeOne(receiver);
  const expiresAtMs = message.expiresAtUtc?.getTime() ?? 0;
  while (Date.now() <= expiresAtMs) expect(await glance(receiver)).toEqual([]);
  expect(broker.counts("q")).toMatchObject({ active: 1, deadLetter: 0 });
  await receiver.abandonMessage(message);
  expect(broker.counts("q")).toMatchObject({ active: 0, deadLetter: 1 });
});
