import { expect, test } from "vitest";

import { aBroker, aClient, aMessage, bodiesOf, codeOf, take } from "./namespace.ts";

test("what is sent to or received from nowhere is not found", async () => {
  const client = aClient(await aBroker({ queues: { q: {} } }));
  const notFound = "MessagingEntityNotFound";
  expect(await codeOf(client.createSender("none").sendMessages(aMessage(1)))).toBe(notFound);
  expect(await codeOf(client.createReceiver("none").receiveMessages(1))).toBe(notFound);
  expect(await codeOf(client.acceptNextSession("none"))).toBe(notFound);
  expect(await codeOf(client.createReceiver("none").peekMessages(1))).toBe(notFound);
});

test("a message above the limit is refused, and the next one is taken", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const sender = aClient(broker).createSender("q");
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(262_144);
  expect(await codeOf(sender.sendMessages(aMessage(Buffer.alloc(262_144))))).toBe("MessageSizeExceeded");
  await sender.sendMessages(aMessage(Buffer.alloc(262_000)));
  expect(broker.counts("q").active).toBe(1);
});

test("a full batch goes through as it is", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  const sender = client.createSender("q");
  const batch = await sender.createMessageBatch();
  while (batch.tryAddMessage(aMessage({ number: batch.count })));
  await sender.sendMessages(batch);
  expect(broker.counts("q").active).toBe(batch.count);
  const [first] = await take(client.createReceiver("q"), 1);
  expect(first?.body).toEqual({ number: 0 });
});

test("a queue that is full refuses messages until there is room", async () => {
  const broker = await aBroker({ queues: { q: {} } }, { maxEntityBytes: 10_000 });
  const client = aClient(broker);
  const sender = client.createSender("q");
  await sender.sendMessages([aMessage(Buffer.alloc(4000)), aMessage(Buffer.alloc(4000))]);
  expect(await codeOf(sender.sendMessages(aMessage(Buffer.alloc(4000))))).toBe("QuotaExceeded");
  const receiver = client.createReceiver("q", { receiveMode: "receiveAndDelete" });
  await take(receiver, 1);
  await sender.sendMessages(aMessage(Buffer.alloc(4000)));
  expect(broker.counts("q").active).toBe(2);
});

test("a batch with one message that cannot be taken is refused as a whole", async () => {
  const broker = await aBroker({ queues: { q: { RequiresSession: true } } });
  const sender = aClient(broker).createSender("q");
  await expect(sender.sendMessages([aMessage(1, { sessionId: "s" }), aMessage(2)])).rejects.toThrow(
    /SessionId was not set/,
  );
  expect(broker.counts("q").active).toBe(0);
});

test("sends are rejected on demand, that often", async () => {
  const broker = await aBroker({ queues: { q: {}, other: {} } });
  const client = aClient(broker);
  const sender = client.createSender("q");
  broker.faults.rejectSends("Q", "com.microsoft:server-busy", 2);
  expect(await codeOf(sender.sendMessages(aMessage("no")))).toBe("ServiceBusy");
  await client.createSender("other").sendMessages(aMessage("elsewhere"));
  expect(await codeOf(sender.sendMessages([aMessage("no"), aMessage("no")]))).toBe("ServiceBusy");
  await sender.sendMessages(aMessage("yes"));
  broker.faults.rejectSends("q", "amqp:internal-error", 5);
  broker.faults.clear();
  await sender.sendMessages(aMessage("yes again"));
  expect(bodiesOf(await take(client.createReceiver("q"), 2))).toEqual(["yes", "yes again"]);
});

test("a port that is taken is named with the setting that changes it", async () => {
  const { port } = await aBroker({});
  await expect(aBroker({}, { port })).rejects.toThrow(
    `Cannot start Service Bus: port ${port} is taken; set LOCAL_SERVICE_BUS_PORT to a free port`,
  );
});
