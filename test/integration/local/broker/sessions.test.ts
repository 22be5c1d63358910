import { expect, test } from "vitest";

import {
  aBroker,
  aClient,
  aMessage,
  bodiesOf,
  codeOf,
  fieldsOf,
  glance,
  take,
  takeOne,
} from "./namespace.ts";

const sessions = { RequiresSession: true, MaxDeliveryCount: 10 };
const withoutRenewal = { maxAutoLockRenewalDurationInMs: 0 } as const;

test("a session's messages come in order, and an abandoned one comes back at the head", async () => {
  const client = aClient(await aBroker({ queues: { q: sessions } }));
  const sender = client.createSender("q");
  for (const sessionId of ["a", "b"])
    await sender.sendMessages([1, 2, 3].map((number) => aMessage(`${sessionId}${number}`, { sessionId })));
  const receiver = await client.acceptSession("q", "b");
  const first = await takeOne(receiver);
  expect(first).toMatchObject({ body: "b1", sessionId: "b" });
  await receiver.abandonMessage(first);
  const again = await take(receiver, 3);
  expect(bodiesOf(again)).toEqual(["b1", "b2", "b3"]);
  expect(again[0]?.deliveryCount).toBe(1);
  expect(await glance(receiver)).toEqual([]);
});

test("the next session is the one that waited longest and that nobody has", async () => {
  const client = aClient(await aBroker({ queues: { q: sessions } }));
  const sender = client.createSender("q");
  for (const sessionId of ["x", "y", "x", "z"]) await sender.sendMessages(aMessage(1, { sessionId }));
  const accepted = [];
  for (let count = 0; count < 3; count += 1) accepted.push(await client.acceptNextSession("q"));
  expect(accepted.map(({ sessionId }) => sessionId)).toEqual(["x", "y", "z"]);
  for (const receiver of accepted.toReversed()) await receiver.close();
  expect((await client.acceptNextSession("q")).sessionId).toBe("z");
});

test("who waits for a session gets the one that comes, and a time-out when none comes", async () => {
  const broker = await aBroker({ queues: { q: sessions } });
  const waiting = aClient(broker).acceptNextSession("q");
  await aClient(broker)
    .createSender("q")
    .sendMessages(aMessage(1, { sessionId: "late" }));
  expect((await waiting).sessionId).toBe("late");

  const startedAtMs = Date.now();
  expect(await codeOf(aClient(broker, 300).acceptNextSession("q"))).toBe("ServiceTimeout");
  expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(250);
});

test("a client that left while it waited keeps no session from the others", async () => {
  const broker = await aBroker({ queues: { q: sessions } });
  const left = aClient(broker, 1000);
  const waiting = codeOf(left.acceptNextSession("q"));
  await left.createSender("q").createMessageBatch();
  await left.close();
  const client = aClient(broker);
  await client.createSender("q").sendMessages(aMessage(1, { sessionId: "s" }));
  expect((await client.acceptNextSession("q")).sessionId).toBe("s");
  expect(await waiting).not.toBe("no error");
});

test("a session that is taken cannot be locked, and is free when its receiver closes", async () => {
  const broker = await aBroker({ queues: { q: sessions } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages([1, 2].map((body) => aMessage(body, { sessionId: "s" })));
  const receiver = await client.acceptSession("q", "s");
  await take(receiver, 2);
  const other = aClient(broker);
  expect(await codeOf(other.acceptSession("q", "s"))).toBe("SessionCannotBeLocked");
  await receiver.close();
  // Given back at once and in order; the service does not count a closed session's deliveries
  const again = await take(await other.acceptSession("q", "s"), 2);
  expect(fieldsOf(again, "body", "deliveryCount")).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

test("a session whose lock runs out is another's, its messages counted as delivered", async () => {
  const broker = await aBroker({ queues: { q: { ...sessions, LockDuration: "PT0.3S" } } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages([1, 2].map((body) => aMessage(body, { sessionId: "s" })));
  const receiver = await client.acceptSession("q", "s", withoutRenewal);
  const [message] = await take(receiver, 2);
  if (message === undefined) throw new Error("A message is needed");
  const next = await aClient(broker).acceptNextSession("q", withoutRenewal);
  const again = await take(next, 2);
  expect(fieldsOf(again, "body", "deliveryCount")).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(await codeOf(receiver.completeMessage(message))).toBe("SessionLockLost");
  expect(await codeOf(receiver.renewSessionLock())).not.toBe("no error");
});

test("a renewed session lock lasts longer", async () => {
  const client = aClient(await aBroker({ queues: { q: { ...sessions, LockDuration: "PT0.5S" } } }));
  await client.createSender("q").sendMessages(aMessage(1, { sessionId: "s" }));
  const receiver = await client.acceptSession("q", "s", withoutRenewal);
  const message = await takeOne(receiver);
  const lostAtMs = receiver.sessionLockedUntilUtc.getTime();
  while (Date.now() < lostAtMs + 500) {
    const untilMs = (await receiver.renewSessionLock()).getTime();
    expect(untilMs).toBeGreaterThanOrEqual(Date.now());
    await glance(receiver);
  }
  await receiver.completeMessage(message);
});

test("a session keeps its state until it is taken away", async () => {
  const client = aClient(await aBroker({ queues: { q: sessions } }));
  const first = await client.acceptSession("q", "s");
  expect(await first.getSessionState()).toBeNull();
  await first.setSessionState({ step: 2 });
  await first.close();
  const second = await client.acceptSession("q", "s");
  expect(await second.getSessionState()).toEqual({ step: 2 });
  await second.setSessionState(null);
  expect(await second.getSessionState()).toBeNull();
});

test("deferring, peeking and dead-lettering work within a session", async () => {
  const broker = await aBroker({ queues: { q: sessions } });
  const client = aClient(broker);
  const sender = client.createSender("q");
  await sender.sendMessages(["other", "s", "s", "s"].map((sessionId, body) => aMessage(body, { sessionId })));
  const receiver = await client.acceptSession("q", "s");
  const [first, second] = await take(receiver, 2);
  if (first?.sequenceNumber === undefined || second === undefined) throw new Error("Two messages are needed");
  await receiver.deferMessage(first);
  await receiver.deadLetterMessage(second, { deadLetterReason: "no", deadLetterErrorDescription: "" });
  expect(bodiesOf(await receiver.peekMessages(5))).toEqual([1, 3]);
  const [deferred] = await receiver.receiveDeferredMessages(first.sequenceNumber);
  if (deferred === undefined) throw new Error("The deferred message is needed");
  await receiver.completeMessage(deferred);
  expect(bodiesOf(await take(receiver, 1))).toEqual([3]);
  const dead = await takeOne(client.createReceiver("q", { subQueueType: "deadLetter" }));
  expect(dead).toMatchObject({ body: 2, sessionId: "s", deadLetterReason: "no" });
  expect(broker.counts("q")).toEqual({ active: 2, scheduled: 0, deadLetter: 1 });
});

test("sessions are needed where they are required, and impossible elsewhere", async () => {
  const client = aClient(await aBroker({ queues: { q: sessions, plain: {} } }));
  await expect(client.createSender("q").sendMessages(aMessage(1))).rejects.toThrow(/SessionId was not set/);
  await expect(client.createReceiver("q").receiveMessages(1)).rejects.toThrow(/requires sessions/);
  await expect(client.acceptSession("plain", "s")).rejects.toThrow(/Failed to create a receiver/);
  await expect(client.acceptNextSession("plain")).rejects.toThrow(/RequiresSession/);
});

test("a session is served while it is held, also with what comes later", async () => {
  const client = aClient(await aBroker({ queues: { q: sessions } }));
  const receiver = await client.acceptSession("q", "s");
  const got: unknown[] = [];
  receiver.subscribe({
    processMessage: async ({ body }) => void got.push(body),
    processError: async ({ error }) => void got.push(error),
  });
  const sender = client.createSender("q");
  for (let body = 1; body <= 20; body += 1) await sender.sendMessages(aMessage(body, { sessionId: "s" }));
  await expect.poll(() => got).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});
