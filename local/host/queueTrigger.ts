import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusReceiverOptions,
} from "@azure/service-bus";

import { describeError } from "./hostLog.ts";
import { keepLock } from "./keepLock.ts";
import type { MessageSource } from "./serviceBusBinding.ts";
import type { MessageTriggerOptions, Trigger } from "./trigger.ts";
import { within } from "./within.ts";

/** A connection takes so long on a machine that is busy. */
const CONNECT_LIMIT_MS = 3_000;

const createReceiver = (
  client: ServiceBusClient,
  { entity, subscription, isDeadLetter }: MessageSource,
): ServiceBusReceiver => {
  const options: ServiceBusReceiverOptions = {
    receiveMode: "peekLock",
    maxAutoLockRenewalDurationInMs: 0,
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
    ...(isDeadLetter ? { subQueueType: "deadLetter" } : {}),
  };
  return subscription === undefined
    ? client.createReceiver(entity, options)
    : client.createReceiver(entity, subscription, options);
};

/** Messages without sessions, up to `maxConcurrentCalls` at a time. The SDK reconnects by itself. */
export const startQueueTrigger = ({
  functionName,
  client,
  source,
  settings,
  deliverer,
  outage,
  log,
}: MessageTriggerOptions): Trigger => {
  const receiver = createReceiver(client, source);
  const stop = new AbortController();
  let isPaused = false;

  const deliver = async (message: ServiceBusReceivedMessage): Promise<void> => {
    const release = keepLock(receiver, message, settings.maxAutoLockRenewalMs, (error) =>
      log("warning", "system", `Cannot renew a lock: ${describeError(error)}; the message comes again`, {
        functionName,
      }),
    );
    try {
      await deliverer.deliver(message, receiver);
    } finally {
      release();
    }
  };

  const subscription = receiver.subscribe(
    {
      processMessage: async (message) => {
        outage.worked();
        if (isPaused) await deliverer.giveBack(message, receiver);
        else await deliver(message);
      },
      processError: ({ error }) => {
        if (!isPaused) outage.failed(error);
        return Promise.resolve();
      },
    },
    {
      autoCompleteMessages: false,
      maxConcurrentCalls: settings.maxConcurrentCalls,
      abortSignal: stop.signal,
    },
  );

  return {
    pause: async () => {
      isPaused = true;
      // A connection that is just being made has to be there before it can be closed; one that cannot be made is left
      await within(CONNECT_LIMIT_MS, subscription.close()).catch(() => undefined);
      stop.abort();
    },
    close: async () => {
      await deliverer.giveBackAll();
      await receiver.close();
      await client.close();
    },
  };
};
