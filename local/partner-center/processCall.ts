import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { gatewayError, type Answer } from "./answer.ts";
import { handle } from "./handle.ts";
import type { RoutedCall } from "./scene.ts";
import type { State } from "./state.ts";

/** A call to be processed. */
export interface PendingCall extends RoutedCall {
  /** Path and query as they came. */
  readonly target: string;
}

const conflict = gatewayError(409, "Another update of the same user is in progress.");

const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
  if (ms > 0) await sleep(ms, undefined, { signal });
};

const processAlone = async (
  call: PendingCall,
  state: State,
  waitMs: number,
  signal: AbortSignal,
): Promise<Answer> => {
  const key = `${call.route.customerId}/${call.route.userId}`;
  if (state.settings.parallelUpdates === "refuse") {
    if (state.updating.has(key)) return conflict;
    state.updating.add(key);
  }
  try {
    await wait(waitMs, signal);
    return handle(call, state, Date.now());
  } finally {
    state.updating.delete(key);
  }
};

const replayKey = ({ msRequestId, method, target, body }: PendingCall): string =>
  [msRequestId, method, target, createHash("sha256").update(body).digest("hex")].join("\n").toLowerCase();

/**
 * Processes a call after a wait, even when its client has gone by then. A change that is repeated under its
 * MS-RequestId gets the first answer. Rejects when `signal` says that the server stops.
 */
export const processCall = async (
  call: PendingCall,
  state: State,
  waitMs: number,
  signal: AbortSignal,
): Promise<Answer> => {
  if (call.method === "GET") {
    await wait(waitMs, signal);
    return handle(call, state, Date.now());
  }
  const process = (): Promise<Answer> => processAlone(call, state, waitMs, signal);
  return state.settings.replay === "stored"
    ? state.replayMemory.run(replayKey(call), Date.now(), process)
    : process();
};
