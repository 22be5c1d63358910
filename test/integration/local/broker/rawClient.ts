import { randomUUID } from "node:crypto";

import rhea, { type Connection, type EventContext, type Sender } from "rhea";
import { onTestFinished } from "vitest";

import * as encode from "../../../../local/broker/amqp/encode.ts";
import type { Broker } from "../../../../local/broker/startBroker.ts";

/** A client that speaks AMQP without the SDK, for what the SDK never does. */
export const aRawConnection = ({ port }: Broker, more: object = {}): Connection => {
  const options = { host: "127.0.0.1", port, reconnect: false, ...more };
  const connection = rhea.create_container().connect(options);
  connection.on("disconnected", () => undefined);
  connection.on("error", () => undefined);
  onTestFinished(() => connection.close());
  return connection;
};

/** What comes with the next event of that name. */
export const contextOf = (target: NodeJS.EventEmitter, event: string): Promise<EventContext> =>
  new Promise((resolve) => target.once(event, resolve));

export interface RawAnswer {
  readonly properties: unknown;
  readonly body: unknown;
}

/** Sends one request to a node such as "$cbs" or "queue/$management", and returns the answer. */
export const ask = async (
  connection: Connection,
  node: string,
  question: Readonly<Record<string, Buffer>>,
  body: Buffer,
): Promise<RawAnswer> => {
  const replyTo = randomUUID();
  const receiver = connection.open_receiver({ source: node, target: replyTo });
  const sender = connection.open_sender(node);
  await Promise.all([contextOf(receiver, "receiver_open"), contextOf(sender, "sendable")]);
  const answered = contextOf(receiver, "message");
  sendBytes(
    sender,
    Buffer.concat([
      encode.described(0x73, encode.list([encode.string("id"), ...nulls(3), encode.string(replyTo)])),
      encode.described(0x74, encode.map(question)),
      encode.described(0x77, body),
    ]),
  );
  const { message } = await answered;
  if (message?.correlation_id !== "id") throw new Error("The answer is to another question");
  const properties: unknown = message.application_properties;
  const answer: unknown = message.body;
  return { properties, body: answer };
};

const nulls = (count: number): Buffer[] => Array.from({ length: count }, () => encode.nothing);

export const sendBytes = (sender: Sender, bytes: Buffer): void => {
  sender.send(bytes, undefined, 0);
};

/** Puts a token; returns what the broker says to it. */
export const putToken = (connection: Connection, token: string, type: string): Promise<RawAnswer> =>
  ask(
    connection,
    "$cbs",
    {
      operation: encode.string("put-token"),
      type: encode.string(type),
      name: encode.string("sb://127.0.0.1/q"),
    },
    encode.string(token),
  );

export const signature = (expiresAtMs: number): string =>
  `SharedAccessSignature sr=sb%3A%2F%2F127.0.0.1%2Fq&sig=abc&se=${Math.floor(expiresAtMs / 1000)}&skn=key`;

export const SAS = "servicebus.windows.net:sastoken";

export const aTrustedConnection = async (broker: Broker): Promise<Connection> => {
  const connection = aRawConnection(broker);
  await putToken(connection, signature(Date.now() + 60_000), SAS);
  return connection;
};
