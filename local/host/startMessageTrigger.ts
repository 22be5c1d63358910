import { RetryMode, type ServiceBusReceivedMessage } from "@azure/service-bus";

import { createClient } from "./connection.ts";
import { createDeliverer } from "./deliver.ts";
import type { ServiceBusSettings } from "./hostJson.ts";
import { describeError, type Log } from "./hostLog.ts";
import type { InvocationData, Invoke } from "./invoke.ts";
import { createOutage } from "./outage.ts";
import type { MessageFunction } from "./planFunction.ts";
import { startQueueTrigger } from "./queueTrigger.ts";
import { pathOf } from "./serviceBusBinding.ts";
import { startSessionTrigger } from "./sessionTrigger.ts";
import { toInvocationData } from "./toInvocationData.ts";
import type { Trigger } from "./trigger.ts";
import type { Work } from "./work.ts";

export interface MessageTriggerParts {
  readonly settings: ServiceBusSettings;
  readonly invoke: Invoke;
  readonly work: Work;
  readonly log: Log;
}

// No attempts within an attempt: the triggers repeat by themselves
const retryOptions = {
  maxRetries: 0,
  mode: RetryMode.Exponential,
  retryDelayInMs: 200,
  maxRetryDelayInMs: 5_000,
};
/** A request for a next session waits this long at the broker. It cannot be called off, so a stop has to wait, too. */
const ACCEPT_WAIT_MS = 250;

/** Starts to receive messages for a function; each function has a connection of its own. */
export const startMessageTrigger = (
  { fn, binding, connection }: MessageFunction,
  { settings, invoke, work, log }: MessageTriggerParts,
): Trigger => {
  const functionName = fn.metadata.name;
  const body = { bindingName: binding.name, isBinary: binding.isBinary };
  const read = (message: ServiceBusReceivedMessage): InvocationData => {
    try {
      return toInvocationData(message, body);
    } catch (error) {
      log("error", "system", `Function "${functionName}" failed: ${describeError(error)}`, { functionName });
      throw error;
    }
  };
  const deliverer = createDeliverer({
    functionName,
    autoComplete: binding.autoCompleteMessages ?? settings.autoCompleteMessages,
    call: async (message) => invoke(fn, read(message)),
    work,
    log,
  });
  const start = binding.isSessionsEnabled ? startSessionTrigger : startQueueTrigger;
  return start({
    functionName,
    client: createClient(connection, {
      retryOptions: binding.isSessionsEnabled
        ? { ...retryOptions, timeoutInMs: ACCEPT_WAIT_MS }
        : retryOptions,
    }),
    source: binding.source,
    settings,
    deliverer,
    outage: createOutage(pathOf(binding.source), functionName, log),
    log,
  });
};
