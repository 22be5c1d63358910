import { ServiceBusClient } from "@azure/service-bus";
import { afterEach, beforeEach, expect, test } from "vitest";

import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
let client: ServiceBusClient;
beforeEach(async () => {
  relay = await startRelay({ pattern: "functions/{applyLicenseUpdate,captureDeadLetter}.ts" });
  client = new ServiceBusClient(relay.broker.connectionString);
}, 60_000);
afterEach(async () => {
  await client.close();
  await relay.close();
});

const deadLetters = (): number => relay.broker.counts("license-updates").deadLetter;

/** Puts a message on the queue that nobody takes in time. */
const letExpire = async (messageId: string, body: Buffer): Promise<void> => {
  await relay.host().stop();
  const before = deadLetters();
  await client
    .createSender("license-updates")
    .sendMessages({ messageId, sessionId: "lane", body, contentType: "text/odd", timeToLive: 50 });
  await until("the message is a dead letter", () => deadLetters() === before + 1);
};

const receivePoison = async () => {
  const receiver = client.createReceiver("license-updates-poison", { skipParsingBodyAsJson: true });
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 15_000 });
  return message;
};

test("a dead letter becomes a poison message: body byte for byte, with the broker's reason", async () => {
  const body = Buffer.from([0x00, 0xff, 0x7b, 0x22, 0xfe]);
  await letExpire("odd-bytes", body);
  await relay.restart();
  const poison = await receivePoison();
  expect(poison?.body).toEqual(body);
  expect(poison?.applicationProperties).toMatchObject({
    Category: "expired",
    BrokerReason: "TTLExpiredException",
    OriginalMessageId: "odd-bytes",
    OriginalSessionId: "lane",
    OriginalContentType: "text/odd",
  });
  await until("the dead letter is gone", () => deadLetters() === 0);
});

test("a dead letter stays while the poison queue refuses it, without a hot loop, and is captured afterwards", async () => {
  await letExpire("kept", Buffer.from("{}"));
  relay.broker.faults.rejectSends("license-updates-poison", "com.microsoft:server-busy", 1000);
  await relay.restart();
  await until("capturing is held", () => relay.host().output().includes("step.held"));
  expect(deadLetters()).toBe(1);
  relay.broker.faults.clear();
  expect((await receivePoison())?.applicationProperties).toMatchObject({ OriginalMessageId: "kept" });
  await until("the dead letter is gone", () => deadLetters() === 0);
  // Each try waited for: a hot loop would show hundreds
  expect(relay.host().output().split("step.held").length).toBeLessThan(20);
});
