import { ServiceBusClient } from "@azure/service-bus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { loadBrokerConfig } from "../../local/broker/loadConfig.ts";
import { startBroker, type Broker } from "../../local/broker/startBroker.ts";
import { makeDeadLetterQueues, type DeadLetterQueues } from "../../shared/message/deadLetterQueues.ts";
import { until } from "../support/until.ts";

let broker: Broker;
let client: ServiceBusClient;
let dead: DeadLetterQueues;
beforeEach(async () => {
  broker = await startBroker({ port: 0, config: await loadBrokerConfig("servicebus.config.json") });
  client = new ServiceBusClient(broker.connectionString);
  dead = makeDeadLetterQueues({ kind: "connectionString", connectionString: broker.connectionString });
});
afterEach(async () => {
  await dead.close();
  await client.close();
  await broker.close();
});

const queue = (name = "ticket-callbacks") => {
  const found = dead.queues.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no queue ${name}`);
  return found;
};
const count = (name = "ticket-callbacks"): number => broker.counts(name).deadLetter;

/** Messages that nobody takes in time. */
const expire = async (messages: number, fields: { messageId?: string } = {}): Promise<void> => {
  const sender = client.createSender("ticket-callbacks");
  for (let index = 0; index < messages; index += 1)
    await sender.sendMessages({ messageId: `m-${index}`, body: Buffer.from("x"), timeToLive: 20, ...fields });
  await until("they are dead letters", () => count() === messages);
};

describe("makeDeadLetterQueues()", () => {
  test("hands a letter to nobody else until it is given back or completed", async () => {
    await expire(3);
    const first = await queue().receive(2);
    expect(first.map(({ letter }) => letter.messageId)).toEqual(["m-0", "m-1"]);
    const [last] = await queue().receive(2);
    expect(last?.letter).toMatchObject({
      queue: "ticket-callbacks",
      reason: "TTLExpiredException",
      messageId: "m-2",
    });
    await last?.complete();
    await Promise.all(first.map(({ giveBack }) => giveBack()));
    const again = await queue().receive(5);
    expect(new Set(again.map(({ letter }) => letter.messageId))).toEqual(new Set(["m-0", "m-1"]));
    expect(again[0]?.letter.sequenceNumber).toMatch(/^\d+$/);
    await Promise.all(again.map(({ complete }) => complete()));
    expect(count()).toBe(0);
  });

  test("reads the same letter as the same, however often", async () => {
    await expire(1);
    const [one] = await queue().receive(1);
    await one?.giveBack();
    const [other] = await queue().receive(1);
    expect({ ...other?.letter, deliveryCount: 0 }).toEqual({ ...one?.letter, deliveryCount: 0 });
    await other?.complete();
  });

  test("takes nothing from an empty queue, soon", async () => {
    const startMs = Date.now();
    expect(await Promise.all(dead.queues.map((one) => one.receive(50)))).toEqual([[], [], [], [], []]);
    expect(Date.now() - startMs).toBeLessThan(5000);
  });

  test("reads again when its connection has broken", async () => {
    expect(await queue().receive(1)).toEqual([]);
    broker.dropConnections();
    await expire(1);
    const read = async (): Promise<boolean> => {
      try {
        const [locked] = await queue().receive(1);
        await locked?.complete();
      } catch {
        // A step that fails is followed by the next
      }
      return count() === 0;
    };
    await until("it is read", read);
  });

  test("settles and lets go of a message without an id", async () => {
    await client.createSender("ticket-callbacks").sendMessages({ body: "nameless", timeToLive: 20 });
    await until("it is a dead letter", () => count() === 1);
    const [one] = await queue().receive(1);
    expect(one?.letter).not.toHaveProperty("messageId");
    await one?.giveBack();
    const [other] = await queue().receive(1);
    await other?.complete();
    expect(count()).toBe(0);
  });
});
