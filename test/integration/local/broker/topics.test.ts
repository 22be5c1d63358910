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

const rule = (properties: object): object => ({ Name: "r", Properties: properties });
const sql = (expression: string): object =>
  rule({ FilterType: "Sql", SqlFilter: { SqlExpression: expression } });
const correlation = (filter: object): object =>
  rule({ FilterType: "Correlation", CorrelationFilter: filter });

const aTopic = (subscriptions: Readonly<Record<string, object[]>>, properties: object = {}): object => ({
  Name: "t",
  Properties: properties,
  Subscriptions: Object.entries(subscriptions).map(([Name, Rules]) => ({ Name, Rules })),
});

test("every subscription gets a message of its own", async () => {
  const broker = await aBroker({ topics: [aTopic({ one: [], two: [] })] });
  const client = aClient(broker);
  await client.createSender("t").sendMessages([aMessage(1), aMessage(2)]);
  const one = client.createReceiver("t", "one");
  expect(bodiesOf(await take(one, 2))).toEqual([1, 2]);
  const two = client.createReceiver("t", "two", { receiveMode: "receiveAndDelete" });
  expect(bodiesOf(await take(two, 2))).toEqual([1, 2]);
  expect(broker.counts("t/Subscriptions/one").active).toBe(2);
  expect(broker.counts("T/subscriptions/TWO").active).toBe(0);
  expect(broker.counts("t").active).toBe(2);
});

test("a subscription's rules choose its messages", async () => {
  const client = aClient(
    await aBroker({
      topics: [
        aTopic({
          bySubject: [correlation({ Label: "applied" })],
          byProperty: [correlation({ Properties: { color: "red", size: 2 } })],
          byEither: [correlation({ CorrelationId: "c" }), correlation({ ContentType: "text/x" })],
          bySql: [sql("sys.Label = 'refused' AND (color = 'blue' OR size <> 2)")],
        }),
      ],
    }),
  );
  await client
    .createSender("t")
    .sendMessages([
      aMessage(1, { subject: "applied" }),
      aMessage(2, { applicationProperties: { color: "red", size: 2 } }),
      aMessage(3, { applicationProperties: { color: "red", size: 3 }, contentType: "text/x" }),
      aMessage(4, { correlationId: "c", subject: "refused", applicationProperties: { size: 3 } }),
      aMessage(5, { subject: "refused", applicationProperties: { size: 2 } }),
    ]);
  const takenBy = async (name: string): Promise<unknown[]> =>
    bodiesOf(await glance(client.createReceiver("t", name)));
  expect(await takenBy("bySubject")).toEqual([1]);
  expect(await takenBy("byProperty")).toEqual([2]);
  expect(await takenBy("byEither")).toEqual([3, 4]);
  expect(await takenBy("bySql")).toEqual([4]);
});

test("a topic drops duplicates and holds scheduled messages", async () => {
  const broker = await aBroker({ topics: [aTopic({ all: [] }, { RequiresDuplicateDetection: true })] });
  const client = aClient(broker);
  const sender = client.createSender("t");
  await sender.sendMessages([aMessage(1, { messageId: "same" }), aMessage(2, { messageId: "same" })]);
  const [cancelled] = await sender.scheduleMessages([aMessage("no")], new Date(Date.now() + 60_000));
  await sender.sendMessages(aMessage("yes", { scheduledEnqueueTimeUtc: new Date(Date.now() + 100) }));
  expect(broker.counts("t")).toEqual({ active: 1, scheduled: 2, deadLetter: 0 });
  if (cancelled === undefined) throw new Error("A sequence number is needed");
  await sender.cancelScheduledMessages(cancelled);
  expect(bodiesOf(await take(client.createReceiver("t", "all"), 2))).toEqual([1, "yes"]);
});

test("a subscription has sessions and dead letters of its own", async () => {
  const topic = { Name: "t", Subscriptions: [{ Name: "s", Properties: { RequiresSession: true } }] };
  const client = aClient(await aBroker({ topics: [topic] }));
  const sender = client.createSender("t");
  await sender.sendMessages([aMessage("with", { sessionId: "x" }), aMessage("without")]);
  const receiver = await client.acceptNextSession("t", "s");
  const why = { deadLetterReason: "mine", deadLetterErrorDescription: "" };
  await receiver.deadLetterMessage(await takeOne(receiver), why);
  const dead = await take(client.createReceiver("t", "s", { subQueueType: "deadLetter" }), 2);
  expect(fieldsOf(dead, "body", "deadLetterReason")).toEqual([
    ["with", "mine"],
    ["without", "Session ID is null."],
  ]);
});

test("messages and dead letters are forwarded", async () => {
  const broker = await aBroker({
    queues: {
      in: { ForwardTo: "work" },
      work: { MaxDeliveryCount: 1, ForwardDeadLetteredMessagesTo: "failed" },
      failed: {},
    },
    topics: [{ Name: "t", Subscriptions: [{ Name: "s", Properties: { ForwardTo: "work" } }] }],
  });
  const client = aClient(broker);
  await client.createSender("in").sendMessages(aMessage(1));
  await client.createSender("t").sendMessages(aMessage(2));
  const work = client.createReceiver("work");
  for (const message of await take(work, 2)) await work.abandonMessage(message);
  const failed = await take(client.createReceiver("failed"), 2);
  expect(fieldsOf(failed, "body", "deadLetterSource")).toEqual([
    [1, "work"],
    [2, "work"],
  ]);
});

test("nothing is received from a topic or sent to a subscription", async () => {
  const client = aClient(await aBroker({ topics: [aTopic({ s: [] })] }));
  await expect(client.createReceiver("t").receiveMessages(1)).rejects.toThrow(/Cannot receive from 't'/);
  await expect(client.createSender("t/Subscriptions/s").sendMessages(aMessage(1))).rejects.toThrow(
    /Cannot send to/,
  );
  expect(await codeOf(client.createReceiver("t", "none").receiveMessages(1))).toBe("MessagingEntityNotFound");
});
