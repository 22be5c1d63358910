import { randomUUID } from "node:crypto";

import { ServiceBusClient, type ServiceBusMessage, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { onTestFinished } from "vitest";

import { readBrokerConfig } from "../../../../local/broker/loadConfig.ts";
import { startBroker, type Broker, type BrokerOptions } from "../../../../local/broker/startBroker.ts";

/** Entities as the emulator's file writes them. */
interface Entities {
  readonly queues?: Readonly<Record<string, object>>;
  readonly topics?: readonly object[];
}

/** A broker with these entities, gone at the end of the test. */
export const aBroker = async (
  { queues = {}, topics = [] }: Entities,
  options: Partial<BrokerOptions> = {},
): Promise<Broker> => {
  const Queues = Object.entries(queues).map(([Name, Properties]) => ({ Name, Properties }));
  const config = readBrokerConfig({ UserConfig: { Namespaces: [{ Name: "ns", Queues, Topics: topics }] } });
  const broker = await startBroker({ port: 0, config, ...options });
  onTestFinished(() => broker.close());
  return broker;
};

/** The SDK as it is, without its waits between retries. */
export const aClient = ({ connectionString }: Broker, timeoutInMs = 5000): ServiceBusClient => {
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs } });
  // Before the broker goes: both are closed in the reverse order
  onTestFinished(() => client.close());
  return client;
};

/** A message with an id: the SDK cannot close a receiver that holds one without. */
export const aMessage = (body: unknown, more: Partial<ServiceBusMessage> = {}): ServiceBusMessage => ({
  body,
  messageId: randomUUID(),
  ...more,
});

export interface Receiving {
  receiveMessages(
    count: number,
    options?: { maxWaitTimeInMs?: number },
  ): Promise<ServiceBusReceivedMessage[]>;
}

/** Receives until it has that many. */
export const take = async (receiver: Receiving, count: number): Promise<ServiceBusReceivedMessage[]> => {
  const messages: ServiceBusReceivedMessage[] = [];
  while (messages.length < count) {
    messages.push(...(await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 10_000 })));
  }
  return messages;
};

export const takeOne = async (receiver: Receiving): Promise<ServiceBusReceivedMessage> => {
  const [message] = await take(receiver, 1);
  if (message === undefined) throw new Error("There is no message");
  return message;
};

/** What comes within a moment: for what should not come. */
export const glance = (receiver: Receiving): Promise<ServiceBusReceivedMessage[]> =>
  receiver.receiveMessages(10, { maxWaitTimeInMs: 50 });

export const bodiesOf = (messages: readonly ServiceBusReceivedMessage[]): unknown[] =>
  messages.map(({ body }): unknown => body);

/** Some fields of each message. */
export const fieldsOf = (
  messages: readonly ServiceBusReceivedMessage[],
  ...names: readonly (keyof ServiceBusReceivedMessage)[]
): unknown[][] => messages.map((message) => names.map((name): unknown => message[name]));

/** The SDK's code of the error that a promise rejects with. */
export const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return "no error";
};
