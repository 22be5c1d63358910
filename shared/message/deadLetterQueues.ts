import type { RetryOptions, ServiceBusClient, ServiceBusReceiver } from "@azure/service-bus";

import { connect, type Connection } from "./connect.ts";
import { toDeadLetter, type DeadLetter } from "./deadLetter.ts";
import {
  LICENSE_OPERATIONS,
  LICENSE_OUTCOMES,
  LICENSE_UPDATES,
  LICENSE_UPDATES_POISON,
  TICKET_CALLBACKS,
  TICKETS,
} from "./entities.ts";
import { toDeadLetterError } from "./errors.ts";

/** A dead letter that nobody else is given until it is settled, or its lock is over. */
export interface LockedLetter {
  readonly letter: DeadLetter;
  /** Takes it off its queue; throws when the broker did not say that it is. */
  readonly complete: () => Promise<void>;
  /** Leaves it on its queue. Never throws: the lock ends in any case. */
  readonly giveBack: () => Promise<void>;
}

/** The dead letters of one queue or subscription. */
export interface DeadLetterQueue {
  readonly name: DeadLetterQueueName;
  /** Those that are there, at most so many; locked. @throws {QueueError} */
  readonly receive: (max: number) => Promise<readonly LockedLetter[]>;
}

export interface DeadLetterQueues {
  readonly queues: readonly DeadLetterQueue[];
  readonly close: () => Promise<void>;
}

/** Queues whose dead letters are read, and the subscription of tickets; another subscription is its subscriber's own. */
const DEAD_LETTER_QUEUES = [
  LICENSE_UPDATES,
  LICENSE_UPDATES_POISON,
  LICENSE_OPERATIONS,
  TICKET_CALLBACKS,
  `${LICENSE_OUTCOMES}/${TICKETS}`,
] as const;
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** How long an empty queue is listened to. */
const WAIT_MS = 500;
// The next round tries again
const retryOptions: RetryOptions = { timeoutInMs: 10_000, maxRetries: 1, retryDelayInMs: 200 };

const receiverOptions = {
  subQueueType: "deadLetter",
  receiveMode: "peekLock",
  // A round is over before the lock is
  maxAutoLockRenewalDurationInMs: 0,
  skipParsingBodyAsJson: true,
  skipConvertingDate: true,
} as const;

const createReceiver = (client: ServiceBusClient, name: string): ServiceBusReceiver => {
  const [entity = name, subscription] = name.split("/");
  return subscription === undefined
    ? client.createReceiver(entity, receiverOptions)
    : client.createReceiver(entity, subscription, receiverOptions);
};

/** Receivers through the SDK, which can take any body; one link a queue, opened when it is first used. */
export const makeDeadLetterQueues = (connection: Connection): DeadLetterQueues => {
  const client = connect(connection, retryOptions);

  const toQueue = (name: DeadLetterQueueName): DeadLetterQueue => {
    let receiver: ServiceBusReceiver | undefined;

    const receive = async (max: number): Promise<readonly LockedLetter[]> => {
      receiver ??= createReceiver(client, name);
      const from = receiver;
      const messages = await from.receiveMessages(max, { maxWaitTimeInMs: WAIT_MS });
      return messages.map((message) => ({
        letter: toDeadLetter(name, message),
        complete: () => from.completeMessage(message),
        giveBack: async () => {
          await from.abandonMessage(message).catch(() => undefined);
        },
      }));
    };

    return {
      name,
      async receive(max) {
        try {
          return await receive(max);
        } catch (error) {
          // A link that has come to harm is not used again
          await receiver?.close().catch(() => undefined);
          receiver = undefined;
          throw toDeadLetterError(name, error);
        }
      },
    };
  };

  return { queues: DEAD_LETTER_QUEUES.map(toQueue), close: () => client.close() };
};
