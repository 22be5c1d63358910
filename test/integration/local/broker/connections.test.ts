import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test } from "vitest";

import type { Broker } from "../../../../local/broker/startBroker.ts";
import { aBroker, aClient, aMessage, codeOf, fieldsOf, take, takeOne, type Receiving } from "./namespace.ts";

const queues = {
  q: { RequiresSession: true, MaxDeliveryCount: 10, LockDuration: "PT1S" },
  plain: { MaxDeliveryCount: 10, LockDuration: "PT1S" },
};

/** A client in a process of its own that holds a session and two messages of each queue. */
const aHolder = async (broker: Broker): Promise<ChildProcess> => {
  const client = aClient(broker);
  const bodies = [1, 2, 3];
  await client.createSender("q").sendMessages(bodies.map((body) => aMessage(body, { sessionId: "s" })));
  await client.createSender("plain").sendMessages(bodies.map((body) => aMessage(body)));
  const holder = fork(fileURLToPath(new URL("holder.ts", import.meta.url)), [broker.connectionString]);
  onTestFinished(() => void holder.kill("SIGKILL"));
  expect(await once(holder, "message")).toContain("holding");
  return holder;
};

const deliveries = async (receiver: Receiving, count: number): Promise<unknown[][]> =>
  fieldsOf(await take(receiver, count), "body", "deliveryCount");

test("what a killed client held is available at once, in order, the delivery counted", async () => {
  const broker = await aBroker({ queues });
  const holder = await aHolder(broker);
  const killedAtMs = Date.now();
  holder.kill("SIGKILL");
  const client = aClient(broker);
  const session = await client.acceptNextSession("q");
  expect(await deliveries(session, 3)).toEqual([
    [1, 1],
    [2, 1],
    [3, 0],
  ]);
  expect(await deliveries(client.createReceiver("plain"), 3)).toEqual([
    [1, 1],
    [2, 1],
    [3, 0],
  ]);
  expect(Date.now() - killedAtMs).toBeLessThan(900);
});

test("with keep-lock, what a killed client held stays locked until the lock runs out", async () => {
  const broker = await aBroker({ queues }, { onDisconnect: "keep-lock" });
  const holder = await aHolder(broker);
  holder.kill("SIGKILL");
  const client = aClient(broker);
  const receiver = client.createReceiver("plain");
  expect((await takeOne(receiver)).body).toBe(3);
  await expect(client.acceptSession("q", "s")).rejects.toThrow(/locked/);
  expect(await deliveries(receiver, 2)).toEqual([
    [1, 1],
    [2, 1],
  ]);
  const session = await client.acceptNextSession("q");
  expect(await deliveries(session, 3)).toEqual([
    [1, 1],
    [2, 1],
    [3, 0],
  ]);
});

test("senders and receivers go on after all connections were dropped", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker, 1000);
  const sender = client.createSender("q");
  const got: unknown[] = [];
  client.createReceiver("q").subscribe({
    processMessage: async ({ body }) => void got.push(body),
    processError: async () => undefined,
  });
  await sender.sendMessages(aMessage("before"));
  await expect.poll(() => got).toEqual(["before"]);
  broker.dropConnections();
  // Whether a send that the drop cuts off arrives is open; the next one does
  await codeOf(sender.sendMessages(aMessage("between")));
  await sender.sendMessages(aMessage("after"));
  await expect.poll(() => got, { timeout: 20_000 }).toContain("after");
});

test("events tell what happens", async () => {
  const events: unknown[] = [];
  const broker = await aBroker(
    { queues: { q: { RequiresDuplicateDetection: true } } },
    { onEvent: (event) => events.push(event) },
  );
  const client = aClient(broker);
  await client
    .createSender("q")
    .sendMessages([aMessage(1, { messageId: "m" }), aMessage(2, { messageId: "m" })]);
  const receiver = client.createReceiver("q");
  const why = { deadLetterReason: "no", deadLetterErrorDescription: "" };
  await receiver.deadLetterMessage(await takeOne(receiver), why);
  await client.close();
  await expect
    .poll(() => events)
    .toEqual([
      { type: "connection.opened", connection: 1 },
      { type: "message.accepted", entity: "q", messageId: "m" },
      { type: "message.duplicate", entity: "q", messageId: "m" },
      { type: "message.deadLettered", entity: "q", messageId: "m", reason: "no" },
      { type: "connection.closed", connection: 1 },
    ]);
});
