import {
  RetryMode,
  type RetryOptions,
  type ServiceBusMessage,
  type ServiceBusSender,
} from "@azure/service-bus";

import { connect, type Connection } from "./connect.ts";
import { toQueueError } from "./errors.ts";

export interface Sender {
  /** Sends one message and waits for the broker's word that it has it. @throws {QueueError} */
  send(entity: string, message: ServiceBusMessage): Promise<void>;
  /** Whether the entity can be sent to now. @throws {QueueError} */
  check(entity: string): Promise<void>;
  close(): Promise<void>;
}

// At most about 33 s in all: inside the 230 s of an HTTP answer, and of a ticketing system's patience for a 429
const retryOptions: RetryOptions = {
  timeoutInMs: 10_000,
  maxRetries: 2,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 2000,
  mode: RetryMode.Exponential,
};

/** Senders through the SDK, one link an entity, opened when it is first used. */
export const makeSender = (connection: Connection): Sender => {
  const client = connect(connection, retryOptions);
  const senders = new Map<string, ServiceBusSender>();

  const senderOf = (entity: string): ServiceBusSender => {
    const sender = senders.get(entity) ?? client.createSender(entity);
    senders.set(entity, sender);
    return sender;
  };

  return {
    async send(entity, message) {
      try {
        await senderOf(entity).sendMessages(message);
      } catch (error) {
        throw toQueueError(entity, error);
      }
    },
    async check(entity) {
      try {
        // Opens the link when it is not open; the only request of the SDK that sends nothing
        await senderOf(entity).createMessageBatch();
      } catch (error) {
        throw toQueueError(entity, error);
      }
    },
    close: () => client.close(),
  };
};
