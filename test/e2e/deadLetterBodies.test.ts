import { ServiceBusClient } from "@azure/service-bus";
import rhea from "rhea";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { contextOf, putToken, SAS, signature } from "../integration/local/broker/rawClient.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const QUEUES = [
  ["license-updates", "update"],
  ["license-updates-poison", "update"],
  ["license-operations", "update"],
  ["ticket-callbacks", "callback"],
  ["license-outcomes", "callback"],
] as const;
const { data_section: data, data_sections: several } = rhea.message;
const value = (content: unknown) => ({ typecode: 0x77, content });

/** A body as rhea sends it, and what is filed of it. */
const BODIES: readonly (readonly [name: string, body: unknown, filed: Buffer])[] = [
  ["data", data(Buffer.from([0x00, 0xff, 0x7b])), Buffer.from([0x00, 0xff, 0x7b])],
  ["several data sections", several([Buffer.from('{"a":'), Buffer.from("1}")]), Buffer.from('{"a":1}')],
  ["a value with text", value("words"), Buffer.from("words")],
  ["a value with a map", value({ a: 1 }), Buffer.from('{"amqp":"value","value":{"a":1}}')],
  ["the value null", value(null), Buffer.from('{"amqp":"value","value":null}')],
  [
    "a sequence",
    { typecode: 0x76, content: [1, "two"] },
    Buffer.from('{"amqp":"sequence","value":[1,"two"]}'),
  ],
  ["no body", undefined, Buffer.alloc(0)],
];

const Page = z.object({ items: z.array(z.object({ id: z.string() })) });
const Filed = z.object({
  kind: z.string(),
  category: z.string(),
  failures: z.number(),
  body: z.string(),
  bodyEncoding: z.enum(["text", "base64"]),
  original: z.looseObject({ messageId: z.string() }),
});
type Filed = z.infer<typeof Filed>;

let relay: Relay;
const filed = new Map<string, Filed[]>();
const idOf = (queue: string, name: string): string => `${queue}/${name.replaceAll(" ", "-")}`;
const countOf = (queue: string): number => relay.broker.counts(queue).deadLetter;

/** Bytes on license-operations that name no operation say more of what is wrong than that they have expired. */
const categoryOf = (queue: string, filedBytes: Buffer): string =>
  queue === "license-operations" && !filedBytes.includes('{"amqp"') ? "invalid-message" : "expired";

const readAll = async (): Promise<readonly Filed[]> => {
  const pages = await Promise.all(
    ["expired", "invalid-message"].map(async (category) =>
      Page.parse((await relay.ask(`poison?category=${category}&limit=200`)).body),
    ),
  );
  const items = pages.flatMap((page) => page.items);
  return Promise.all(
    items.map(async ({ id }) => Filed.parse((await relay.ask(`poison/${encodeURIComponent(id)}`)).body)),
  );
};

// Every body on every queue, expired while nothing runs; then the functions take them off
beforeAll(async () => {
  relay = await startRelay({
    pattern: "functions/{captureDeadLetters,filePoison,listPoison,readPoison,health}.ts",
  });
  await relay.host().stop();
  const connection = rhea
    .create_container()
    .connect({ host: "127.0.0.1", port: relay.broker.port, reconnect: false });
  await putToken(connection, signature(Date.now() + 60_000), SAS);
  for (const [queue] of QUEUES) {
    const sender = connection.open_sender(queue);
    await contextOf(sender, "sendable");
    for (const [name, body] of BODIES) {
      sender.send({
        message_id: idOf(queue, name),
        group_id: "lane",
        ttl: 50,
        application_properties: { notify: "ticket", queue, number: 7 },
        body,
      });
      await contextOf(sender, "accepted");
    }
    await until("they are dead letters", () => countOf(queue) === BODIES.length);
  }
  connection.close();
  await relay.restart();
  await until(
    "the dead-letter queues are empty",
    () => QUEUES.every(([queue]) => countOf(queue) === 0),
    30_000,
  );
  await until("the poison queue is empty", () => relay.broker.counts("license-updates-poison").active === 0);
  for (const one of await readAll()) {
    const { messageId } = one.original;
    filed.set(messageId, [...(filed.get(messageId) ?? []), one]);
  }
}, 90_000);
afterAll(() => relay.close());

describe.each(QUEUES)("a dead letter of %s", (queue, kind) => {
  test.each(BODIES)("with %s is filed once, as it was", (name, _body, bytes) => {
    const found = filed.get(idOf(queue, name)) ?? [];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      kind,
      category: categoryOf(queue, bytes),
      failures: 1,
      original: {
        brokerReason: "TTLExpiredException",
        properties: { queue, number: 7 },
        sessionId: "lane",
      },
    });
    const { body = "", bodyEncoding = "text" } = found[0] ?? {};
    expect(Buffer.from(body, bodyEncoding === "text" ? "utf8" : "base64")).toEqual(bytes);
  });
});

test("nothing else is filed, and nothing fails", async () => {
  expect([...filed.values()].flat()).toHaveLength(QUEUES.length * BODIES.length);
  expect(relay.host().output()).not.toMatch(/deadLetter\.failed|deadLetters\.unread/);
  expect((await relay.ask("health")).body).toMatchObject({ checks: { deadLetters: { status: "healthy" } } });
});

test("a value that no trigger can take ends up there too, by way of the dead-letter queue", async () => {
  const client = new ServiceBusClient(relay.broker.connectionString);
  await client
    .createSender("license-updates-poison")
    .sendMessages({ body: { a: 2 }, bodyType: "value", properties: { messageId: "spun" } });
  const filedOne = async (): Promise<boolean> =>
    JSON.stringify((await relay.ask("poison?category=retries-exhausted")).body).includes("AMQP value");
  await until("it is filed", filedOne, 15_000);
  await client.close();
  // Ten deliveries, each failing before its handler, and no more
  expect(relay.host().output().split("it is an AMQP value section").length - 1).toBe(10);
});
