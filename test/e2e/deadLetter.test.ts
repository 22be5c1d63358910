import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
let client: ServiceBusClient;
beforeAll(async () => {
  // Nobody files what is captured: the tests take it
  relay = await startRelay({ pattern: "functions/{applyLicenseUpdate,captureDead*,fileDeadPoison}.ts" });
  client = new ServiceBusClient(relay.broker.connectionString);
}, 60_000);
afterAll(async () => {
  await client.close();
  await relay.close();
});

const deadLetters = (entity = "license-updates"): number => relay.broker.counts(entity).deadLetter;

/** Puts a message on a queue or topic, where nobody takes it in time. */
const letExpire = async (entity: string, message: ServiceBusMessage): Promise<void> => {
  await relay.host().stop();
  await client.createSender(entity).sendMessages({ ...message, timeToLive: 50 });
  await until("the message is a dead letter", () => deadLetters(entity) === 1);
};

const receivePoison = async () => {
  const receiver = client.createReceiver("license-updates-poison", { skipParsingBodyAsJson: true });
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 15_000 });
  if (message !== undefined) await receiver.completeMessage(message);
  await receiver.close();
  return message;
};

test("a dead letter becomes a poison message: body byte for byte, with the broker's reason", async () => {
  const body = Buffer.from([0x00, 0xff, 0x7b, 0x22, 0xfe]);
  await letExpire("license-updates", {
    messageId: "odd-bytes",
    sessionId: "lane",
    body,
    contentType: "text/odd",
  });
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
  await letExpire("license-updates", { messageId: "kept", sessionId: "lane", body: Buffer.from("{}") });
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

test.each([
  ["a later try of a callback", "ticket-callbacks", {}],
  ["an outcome for a ticket", "license-outcomes", { notify: "ticket" }],
])(
  "%s that nobody took becomes a poison message of kind callback",
  async (_, entity, applicationProperties) => {
    await letExpire(entity, { messageId: `dead-${entity}`, body: {}, applicationProperties });
    await relay.restart();
    const poison = await receivePoison();
    expect(poison?.applicationProperties).toMatchObject({ Kind: "callback", Category: "expired" });
    await until("the dead letter is gone", () => deadLetters(entity) === 0);
  },
);

test("a poison message that nobody filed in time is filed", async () => {
  await letExpire("license-updates-poison", { messageId: "dead-poison", body: {} });
  await relay.restart();
  await until("it is filed", () => relay.host().output().includes("poison.filed"));
  await until("the dead letter is gone", () => deadLetters("license-updates-poison") === 0);
  expect(relay.host().output()).toContain("category=expired");
});
