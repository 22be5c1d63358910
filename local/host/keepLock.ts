import type { ServiceBusReceivedMessage } from "@azure/service-bus";

/** Renews locks of messages: a receiver of the SDK. */
export interface LockRenewer {
  renewMessageLock(message: ServiceBusReceivedMessage): Promise<Date>;
}

const MIN_PAUSE_MS = 100;

/**
 * Renews a message's lock at half of its rest, for at most `limitMs`, until the function returned is called. The SDK's
 * own renewal keeps its timers by message id: it cannot settle messages without one, and mixes up those that share one.
 */
export const keepLock = (
  renewer: LockRenewer,
  message: ServiceBusReceivedMessage,
  limitMs: number,
  onLost: (error: unknown) => void,
): (() => void) => {
  const endMs = Date.now() + limitMs;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const renew = async (): Promise<void> => {
    try {
      schedule(await renewer.renewMessageLock(message));
    } catch (error) {
      if (!stopped) onLost(error);
    }
  };
  const schedule = (lockedUntil: Date | undefined): void => {
    const restMs = (lockedUntil?.getTime() ?? 0) - Date.now();
    if (stopped || lockedUntil === undefined || Date.now() + restMs >= endMs) return;
    timer = setTimeout(() => void renew(), Math.max(MIN_PAUSE_MS, restMs / 2));
  };
  schedule(message.lockedUntilUtc);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
