import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;

/** Waits until a condition is true. Rejects after the patience, saying what it waited for. */
export const waitUntil = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs: number,
): Promise<void> => {
  const end = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited ${patienceMs / 1000} s in vain: ${what}`);
    await sleep(POLL_MS);
  }
};
