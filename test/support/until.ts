import { waitUntil } from "../../local/demo/waitUntil.ts";

/** Waits until a condition is true. Rejects after the patience, saying what it waited for. */
export const until = (
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = 20_000,
): Promise<void> => waitUntil(what, condition, patienceMs);
