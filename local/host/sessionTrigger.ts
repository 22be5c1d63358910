import { setTimeout as sleep } from "node:timers/promises";

import { isServiceBusError, type ServiceBusSessionReceiver } from "@azure/service-bus";

import { nextPauseMs } from "./outage.ts";
import { createSlots } from "./slots.ts";
import type { MessageTriggerOptions, Trigger } from "./trigger.ts";
import { LateError, within } from "./within.ts";

/** While there are sessions, so many ask for the next one at a time; while there are none, one does. */
const MAX_ACCEPTORS = 4;
/** Much longer than a request for a session waits at the broker. */
const ACCEPT_LIMIT_MS = 2_000;
/** A wait for a session, or a session, that ends sooner and with nothing is not repeated at once. */
const SHORT_MS = 200;

const isNoSession = (error: unknown): boolean =>
  isServiceBusError(error) && (error.code === "ServiceTimeout" || error.code === "SessionCannotBeLocked");

/**
 * Sessions, up to `maxConcurrentSessions` at a time, and in each one message after the other. A session is let go when
 * nothing came for `sessionIdleTimeout`. A session receiver of the SDK does not reconnect: a new one is asked for.
 */
export const startSessionTrigger = ({
  client,
  source: { entity, subscription },
  settings,
  deliverer,
  outage,
}: MessageTriggerOptions): Trigger => {
  const stop = new AbortController();
  const slots = createSlots(settings.maxConcurrentSessions);
  const open = new Set<ServiceBusSessionReceiver>();

  const pause = async (ms: number): Promise<void> => {
    // Only the end of the wait is of interest, not why it ended
    await sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  };

  // The SDK (7.9.5, seen in a heap) does not take its listeners off a signal: one that lives as long as the host would keep every session
  const untilStop = async <T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const own = new AbortController();
    const abort = (): void => own.abort();
    if (stop.signal.aborted) abort();
    stop.signal.addEventListener("abort", abort);
    try {
      return await task(own.signal);
    } finally {
      stop.signal.removeEventListener("abort", abort);
    }
  };

  // Not called off at a stop: the SDK (7.9.5, seen) lets go of the request, not of the connection that it is making
  const askForSession = (): Promise<ServiceBusSessionReceiver> => {
    const options = {
      receiveMode: "peekLock",
      maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalMs,
      skipParsingBodyAsJson: true,
      skipConvertingDate: true,
    } as const;
    return subscription === undefined
      ? client.acceptNextSession(entity, options)
      : client.acceptNextSession(entity, subscription, options);
  };

  // A request hangs for a minute when the broker goes away in the middle of it
  const accept = async (): Promise<ServiceBusSessionReceiver> => {
    const asked = askForSession();
    try {
      return await within(ACCEPT_LIMIT_MS, asked);
    } catch (error) {
      if (error instanceof LateError) asked.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  };

  const serveMessages = async (session: ServiceBusSessionReceiver): Promise<number> => {
    const maxWaitTimeInMs = settings.sessionIdleTimeoutMs;
    for (let served = 0; ; served += 1) {
      if (stop.signal.aborted || session.isClosed) return served;
      const [message] = await untilStop((abortSignal) =>
        session.receiveMessages(1, { maxWaitTimeInMs, abortSignal }),
      );
      if (message === undefined) return served;
      await deliverer.deliver(message, session);
    }
  };

  const serve = async (session: ServiceBusSessionReceiver): Promise<void> => {
    const startMs = Date.now();
    open.add(session);
    try {
      const served = await serveMessages(session);
      if (served === 0 && Date.now() - startMs < SHORT_MS) await pause(SHORT_MS);
    } catch (error) {
      if (!stop.signal.aborted) outage.failed(error);
      await pause(SHORT_MS);
    } finally {
      open.delete(session);
      await session.close().catch(() => undefined);
      slots.free();
    }
  };

  const acceptors = new Set<Promise<void>>();
  // Counted apart from the set: two that give up in one turn must not each take the other for the last one
  let asking = 0;
  const addAcceptor = (): void => {
    if (asking === MAX_ACCEPTORS) return;
    asking += 1;
    const acceptor = acceptSessions();
    acceptors.add(acceptor);
    void acceptor.finally(() => acceptors.delete(acceptor));
  };

  const acceptSessions = async (): Promise<void> => {
    let failures = 0;
    while (await slots.take(stop.signal)) {
      const startMs = Date.now();
      try {
        const session = await accept();
        failures = 0;
        outage.worked();
        void serve(session);
        addAcceptor();
      } catch (error) {
        slots.free();
        const isQuiet = isNoSession(error) && Date.now() - startMs >= SHORT_MS;
        if (isNoSession(error)) outage.worked();
        else if (!stop.signal.aborted) outage.failed(error);
        if (asking > 1) {
          asking -= 1;
          return;
        }
        failures = isQuiet ? 0 : failures + 1;
        if (!isQuiet) await pause(nextPauseMs(failures));
      }
    }
  };

  addAcceptor();

  return {
    pause: async () => {
      stop.abort();
      await Promise.all(acceptors);
    },
    close: async () => {
      await deliverer.giveBackAll();
      await Promise.all([...open].map((session) => session.close().catch(() => undefined)));
      await client.close();
    },
  };
};
