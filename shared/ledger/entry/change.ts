import type { Entry, Step } from "./entry.ts";

/** What is to be written to the ledger at once: the entry as it becomes, and the steps that led there. */
export interface Change {
  readonly entry: Entry;
  readonly steps: readonly Step[];
  /** The bytes of a poison message, kept as they came. */
  readonly body?: Uint8Array;
}

/** An entry before anything is known of it. */
export const newEntry = (id: string, at: string): Entry => ({
  version: 1,
  id,
  createdAt: at,
  updatedAt: at,
  steps: 0,
});

/** The entry with these parts replaced and these steps counted. */
export const toChange = (
  entry: Entry,
  at: string,
  parts: Pick<Entry, "request" | "poison">,
  steps: readonly Step[],
): Change => ({
  entry: { ...entry, ...parts, updatedAt: at, steps: entry.steps + steps.length },
  steps,
});
