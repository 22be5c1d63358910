import { once } from "node:events";
import { connect } from "node:net";

import { describe, expect, test } from "vitest";

import * as encode from "../../../../local/broker/amqp/encode.ts";
import { aBroker, aClient, aMessage, takeOne } from "./namespace.ts";
import {
  aRawConnection,
  ask,
  aTrustedConnection,
  contextOf,
  putToken,
  SAS,
  sendBytes,
  signature,
} from "./rawClient.ts";

describe("$cbs", () => {
  test.each([
    [202, SAS, signature(Date.now() + 60_000)],
    [202, "jwt", "aaa.bbb.ccc"],
    [401, SAS, signature(Date.now() - 1000)],
    [401, SAS, "SharedAccessSignature sr=q"],
    [401, SAS, ""],
    [401, "jwt", "aaa"],
    [401, "other", "aaa.bbb.ccc"],
  ])("answers %i to a token of type %s: %s", async (status, type, token) => {
    const connection = aRawConnection(await aBroker({ queues: { q: {} } }));
    expect(await putToken(connection, token, type)).toMatchObject({ properties: { "status-code": status } });
  });

  test("must have had a token before anything is sent or received", async () => {
    const connection = aRawConnection(await aBroker({ queues: { q: {} } }));
    await putToken(connection, "none", SAS);
    const { receiver } = await contextOf(connection.open_receiver("q"), "receiver_error");
    expect(receiver?.error).toMatchObject({ condition: "amqp:unauthorized-access" });
    const { sender } = await contextOf(connection.open_sender("q"), "sender_error");
    expect(sender?.error).toMatchObject({ condition: "amqp:unauthorized-access" });
  });
});

describe("$management", () => {
  const operation = (name: string): Record<string, Buffer> => ({
    operation: encode.string(`com.microsoft:${name}`),
  });

  test("lists the sessions that have messages, page by page", async () => {
    const broker = await aBroker({ queues: { q: { RequiresSession: true } } });
    const messages = ["a", "b", "a", "c"].map((sessionId) => aMessage(1, { sessionId }));
    await aClient(broker).createSender("q").sendMessages(messages);
    const connection = await aTrustedConnection(broker);
    const list = (sinceMs: number, skip: number): ReturnType<typeof ask> =>
      ask(
        connection,
        "q/$management",
        operation("get-message-sessions"),
        encode.map({
          "last-updated-time": encode.timestamp(sinceMs),
          skip: encode.int(skip),
          top: encode.int(2),
        }),
      );
    expect((await list(0, 0)).body).toEqual({ "sessions-ids": ["a", "b"], skip: 2 });
    expect((await list(0, 2)).body).toEqual({ "sessions-ids": ["c"], skip: 3 });
    expect((await list(0, 3)).properties).toMatchObject({ statusCode: 204 });
    expect((await list(Date.now() + 60_000, 0)).body).toMatchObject({ "sessions-ids": ["a", "b"] });
  });

  test("says what it cannot do, and what it cannot read", async () => {
    const connection = await aTrustedConnection(await aBroker({ queues: { q: {} } }));
    const answer = await ask(connection, "q/$management", operation("add-rule"), encode.map({}));
    expect(answer.properties).toMatchObject({ statusCode: 501, errorCondition: "amqp:not-implemented" });
    const unread = await ask(connection, "q/$management", operation("renew-lock"), encode.map({}));
    expect(unread.properties).toMatchObject({ statusCode: 400, errorCondition: "amqp:decode-error" });
  });
});

describe("the .NET client", () => {
  test("may connect with SASL MSSBCBS, the only mechanism it has", async () => {
    const start = (answer: (error: undefined, response: string) => void): void => answer(undefined, "");
    const broker = await aBroker({ queues: { q: {} } });
    const connection = aRawConnection(broker, { sasl_mechanisms: { MSSBCBS: { start } } });
    const ends = ["connection_open", "connection_error"].map(async (event) => {
      await contextOf(connection, event);
      return event;
    });
    expect(await Promise.race(ends)).toBe("connection_open");
  });

  test.each(["$cbs", "q/$management"])("may send its requests to %s settled", async (target) => {
    const connection = await aTrustedConnection(await aBroker({ queues: { q: {} } }));
    const { sender } = await contextOf(connection.open_sender({ target, snd_settle_mode: 1 }), "sender_open");
    expect(sender?.snd_settle_mode).toBe(1);
  });
});

test("what is no message is rejected, and the link goes on", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const sender = (await aTrustedConnection(broker)).open_sender("q");
  await contextOf(sender, "sendable");
  for (const bytes of [Buffer.from("junk"), Buffer.from([0x00, 0x53, 0x75, 0xb0, 0xff, 0xff, 0xff, 0xff])]) {
    sendBytes(sender, bytes);
    const { delivery } = await contextOf(sender, "rejected");
    expect(delivery?.remote_state).toMatchObject({ error: { condition: "amqp:decode-error" } });
  }
  sendBytes(sender, encode.described(0x77, encode.string("fine")));
  await contextOf(sender, "accepted");
  expect(broker.counts("q").active).toBe(1);
});

test("a released message is delivered again as if for the first time", async () => {
  const broker = await aBroker({ queues: { q: {} } });
  const client = aClient(broker);
  await client.createSender("q").sendMessages(aMessage("back"));
  const receiver = (await aTrustedConnection(broker)).open_receiver({
    source: "q",
    rcv_settle_mode: 1,
    autoaccept: false,
    credit_window: 0,
  });
  receiver.add_credit(1);
  const { delivery } = await contextOf(receiver, "message");
  delivery?.release();
  expect(await takeOne(client.createReceiver("q"))).toMatchObject({ body: "back", deliveryCount: 0 });
});

test("who speaks no AMQP is disconnected, and nobody else notices", async () => {
  const events: unknown[] = [];
  const broker = await aBroker({ queues: { q: {} } }, { onEvent: (event) => events.push(event) });
  const client = aClient(broker);
  const sender = client.createSender("q");
  await sender.sendMessages(aMessage(1));
  const stranger = connect(broker.port, "127.0.0.1");
  stranger.on("error", () => undefined);
  stranger.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(stranger, "close");
  expect(JSON.stringify(events)).toMatch(/"connection.failed","reason":"[^"]*Invalid protocol header/);
  await sender.sendMessages(aMessage(2));
  expect(broker.counts("q").active).toBe(2);
});
