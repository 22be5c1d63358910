import type { TokenCredential } from "@azure/identity";
import {
  RetryMode,
  ServiceBusClient,
  type RetryOptions,
  type ServiceBusClientOptions,
  type ServiceBusMessage,
  type ServiceBusSender,
} from "@azure/service-bus";

import { toQueueError } from "./errors.ts";

/** How to reach Service Bus: as the trigger's own setting says. */
export type Connection =
  | { readonly kind: "connectionString"; readonly connectionString: string }
  | {
      readonly kind: "identity";
      readonly fullyQualifiedNamespace: string;
      readonly credential: TokenCredential;
    };

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

const connect = (connection: Connection): ServiceBusClient => {
  const options: ServiceBusClientOptions = { retryOptions };
  return connection.kind === "connectionString"
    ? new ServiceBusClient(connection.connectionString, options)
    : new ServiceBusClient(connection.fullyQualifiedNamespace, connection.credential, options);
};

/** Senders through the SDK, one link an entity, opened when it is first used. */
export const makeSender = (connection: Connection): Sender => {
  const client = connect(connection);
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
