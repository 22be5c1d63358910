import { expect, test } from "vitest";

import { aBroker, aClient, aMessage, bodiesOf, codeOf, glance, takeOne } from "./namespace.ts";

const withoutRenewal = { maxAutoLockRenewalDurationInMs: 0 } as const;

test("a message whose lock runs out is delivered again, and the first receiver has lost it", async () => {
  const client = aClient(await aBroker({ queues: { q: { LockDuration: "PT0.3S" } } }));
  await client.createSender("q").sendMessages(aMessage("slow"));
  const receiver = client.createReceiver("q", withoutRenewal);
  const first = await takeOne(receiver);
  expect((first.lockedUntilUtc?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(300);
  const second = await takeOne(receiver);
  expect(second).toMatchObject({ body: "slow", deliveryCount: 1 });
  expect(await codeOf(receiver.completeMessage(first))).toBe("MessageLockLost");
  await receiver.completeMessage(second);
});

test("a message whose lock runs out too often is dead-lettered", async () => {
  const client = aClient(await aBroker({ queues: { q: { LockDuration: "PT0.1S", MaxDeliveryCount: 2 } } }));
  await client.createSender("q").sendMessages(aMessage("stuck"));
  const receiver = client.createReceiver("q", withoutRenewal);
  await takeOne(receiver);
  await takeOne(receiver);
  const dead = await takeOne(client.createReceiver("q", { subQueueType: "deadLetter" }));
  expect(dead).toMatchObject({
    body: "stuck",
    deadLetterReason: "MaxDeliveryCountExceeded",
    deliveryCount: 2,
  });
});

test("a renewed lock lasts longer", async () => {
  const client = aClient(await aBroker({ queues: { q: { LockDuration: "PT0.5S" } } }));
  await client.createSender("q").sendMessages(aMessage("long"));
  const receiver = client.createReceiver("q", withoutRenewal);
  const message = await takeOne(receiver);
  const lostAtMs = message.lockedUntilUtc?.getTime() ?? 0;
  while (Date.now() < lostAtMs + 500) {
    const untilMs = (await receiver.renewMessageLock(message)).getTime();
    expect(untilMs).toBeGreaterThanOrEqual(Date.now());
    await glance(receiver);
  }
  await receiver.completeMessage(message);
});

test("a lock that ran out cannot be renewed", async () => {
  const client = aClient(await aBroker({ queues: { q: { LockDuration: "PT0.1S" } } }));
  await client.createSender("q").sendMessages(aMessage("late"));
  const receiver = client.createReceiver("q", withoutRenewal);
  const message = await takeOne(receiver);
  await takeOne(receiver);
  expect(await codeOf(receiver.renewMessageLock(message))).toBe("MessageLockLost");
});

test("a receiver that closes leaves its messages locked until the locks run out", async () => {
  const client = aClient(await aBroker({ queues: { q: { LockDuration: "PT0.5S" } } }));
  await client.createSender("q").sendMessages(aMessage("left"));
  const receiver = client.createReceiver("q", withoutRenewal);
  const message = await takeOne(receiver);
  await receiver.close();
  const other = client.createReceiver("q", withoutRenewal);
  const again = await takeOne(other);
  expect(again).toMatchObject({ body: "left", deliveryCount: 1 });
  expect(again.enqueuedTimeUtc?.getTime()).toBe(message.enqueuedTimeUtc?.getTime());
  expect(Date.now()).toBeGreaterThanOrEqual(message.lockedUntilUtc?.getTime() ?? Infinity);
});

test("a message is settled by its lock alone when its receiver is closed", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages([aMessage("a"), aMessage("b")]);
  const receiver = client.createReceiver("q");
  const first = await takeOne(receiver);
  const second = await takeOne(receiver);
  await receiver.close();
  const other = client.createReceiver("q");
  await other.completeMessage(first);
  await other.abandonMessage(second);
  expect(bodiesOf([await takeOne(other)])).toEqual(["b"]);
  expect(broker.counts("q").active).toBe(1);
});
