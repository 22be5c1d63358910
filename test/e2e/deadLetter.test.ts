import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
let client: ServiceBusClient;
beforeAll(async () => {
  relay = await startRelay();
  client = new ServiceBusClient(relay.broker.connectionString);
}, 60_000);
afterAll(async () => {
  await client.close();
  await relay.close();
});

/** With the properties of a poison message it is larger than the broker takes. */
const LARGE = Buffer.alloc(261_900, "0123456789");

const deadLetters = (): number => relay.broker.counts("license-updates").deadLetter;

/** Puts messages on the queue that nobody takes in time, and starts the functions afterwards. */
const letExpire = async (bodies: Readonly<Record<string, Buffer>>): Promise<void> => {
  await relay.host().stop();
  const sender = client.createSender("license-updates");
  for (const [messageId, body] of Object.entries(bodies))
    await sender.sendMessages({
      messageId,
      sessionId: "lane",
      body,
      contentType: "text/odd",
      timeToLive: 50,
    });
  await until("they are dead letters", () => deadLetters() === Object.keys(bodies).length);
};

const Items = z.object({ items: z.array(z.object({ id: z.string() })) });
const View = z.object({
  body: z.string(),
  bodyEncoding: z.string(),
  original: z.looseObject({ messageId: z.string() }),
});
type View = z.infer<typeof View>;

/** What is filed of a message. */
const filed = async (category: string, messageId: string): Promise<readonly View[]> => {
  const { items } = Items.parse((await relay.ask(`poison?category=${category}`)).body);
  const views = await Promise.all(
    items.map(async ({ id }) => View.parse((await relay.ask(`poison/${id}`)).body)),
  );
  return views.filter(({ original }) => original.messageId === messageId);
};
const isFiled = (category: string, messageId: string): Promise<void> =>
  until(`${messageId} is filed`, async () => (await filed(category, messageId)).length > 0, 40_000);
const onlyOne = async (category: string, messageId: string): Promise<View> => {
  const [view, ...more] = await filed(category, messageId);
  if (view === undefined || more.length > 0) throw new Error(`${more.length + 1} of ${messageId} are filed`);
  return view;
};

test("a dead letter becomes a poison message: body byte for byte, with the broker's reason", async () => {
  const body = Buffer.from([0x00, 0xff, 0x7b, 0x22, 0xfe]);
  await letExpire({ "odd-bytes": body, "large-dead": LARGE });
  await relay.restart();
  await isFiled("expired", "odd-bytes");
  const odd = await onlyOne("expired", "odd-bytes");
  expect(Buffer.from(odd.body, "base64")).toEqual(body);
  expect(odd.original).toMatchObject({
    brokerReason: "TTLExpiredException",
    sessionId: "lane",
    contentType: "text/odd",
    bodyType: "data",
  });
  await isFiled("expired", "large-dead");
  expect((await onlyOne("expired", "large-dead")).body).toBe(LARGE.toString());
  await until("the dead letters are gone", () => deadLetters() === 0);
}, 90_000);

test("a dead letter waits while the poison queue refuses it, without a hot loop, and is captured afterwards", async () => {
  await letExpire({ kept: Buffer.from("{}") });
  relay.broker.faults.rejectSends("license-updates-poison", "com.microsoft:server-busy", 10_000);
  await relay.restart();
  const failures = (): number => relay.host().output().split("deadLetter.failed").length - 1;
  await until("capturing fails", () => failures() > 0, 40_000);
  const health = async () => JSON.stringify((await relay.ask("health")).body);
  await until("health names the queue", async () => (await health()).includes("license-updates: 1 since"));
  relay.broker.faults.clear();
  await isFiled("expired", "kept");
  await onlyOne("expired", "kept");
  await until("the dead letter is gone", () => deadLetters() === 0);
  // The steps go on every second, and leave it alone
  expect(failures()).toBeLessThan(3);
  await until("health is good again", async () =>
    (await health()).includes('"deadLetters":{"status":"healthy"'),
  );
}, 120_000);

test("a message as large as the broker takes is filed with its whole body", async () => {
  await relay.send({ messageId: "large", sessionId: "lane", body: LARGE });
  await isFiled("invalid-message", "large");
  expect((await onlyOne("invalid-message", "large")).body).toBe(LARGE.toString());
  expect(deadLetters()).toBe(0);
}, 60_000);

test("a message of license-operations that is none of ours is filed, at once", async () => {
  const message = { messageId: "stray", sessionId: "s", body: { hello: "there" } };
  await client.createSender("license-operations").sendMessages(message);
  await isFiled("invalid-message", "stray");
  expect((await onlyOne("invalid-message", "stray")).body).toBe('{"hello":"there"}');
  await until(
    "the queue is empty",
    () =>
      JSON.stringify(relay.broker.counts("license-operations")) ===
      '{"active":0,"scheduled":0,"deadLetter":0}',
  );
}, 60_000);
