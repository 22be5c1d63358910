import type { z } from "zod";

import type { Clock } from "../../clock.ts";
import { quoted } from "../../ledger/table/keys.ts";
import type { Table } from "../../ledger/table/table.ts";
import { readForeign } from "../../request/readForeign.ts";

/** What stands in the rows of one partition. */
export interface RowKind<T> {
  readonly partition: string;
  readonly schema: z.ZodType<T>;
  readonly keyOf: (value: T) => string;
  /** This instance's account, which the table does not have, and the table's → the one that is kept. */
  readonly merge: (ours: T, stored: T) => T;
}

/**
 * Rows that are known as well as can be while the ledger cannot be used: until it can, this instance remembers them.
 * Never throws. Whoever changes them loads them first, and is alone.
 */
export interface RememberedRows<T> {
  /** All rows by their keys: the table's, with what it does not have yet. */
  load(): Promise<ReadonlyMap<string, T>>;
  /** The same for who only looks: without what this instance remembers of long ago, which is another's affair now. */
  look(): Promise<ReadonlyMap<string, T>>;
  keep(value: T): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Longer than any pause between two changes of a row that is still true. */
const FRESH_MS = 10 * 60_000;

export const makeRememberedRows = <T>(
  table: Table,
  clock: Clock,
  { partition, schema, keyOf, merge }: RowKind<T>,
): RememberedRows<T> => {
  let known = new Map<string, T>();
  /** What the table does not have as it should, and since when. */
  const unwritten = new Map<string, number>();
  let isLoaded = false;

  const read = async (): Promise<Map<string, T>> => {
    const found = new Map<string, T>();
    const pages = table.pages({ filter: `PartitionKey eq ${quoted(partition)}`, pageSize: 1000 });
    for await (const page of pages) {
      for (const row of page) {
        const value = readForeign(schema, row);
        if (value.ok) found.set(keyOf(value.value), value.value);
      }
    }
    return found;
  };

  const overlay = (stored: Map<string, T>, sinceMs: number): Map<string, T> => {
    for (const [key, atMs] of unwritten) {
      const ours = known.get(key);
      const theirs = stored.get(key);
      if (atMs < sinceMs) continue;
      if (ours === undefined) stored.delete(key);
      else stored.set(key, theirs === undefined ? ours : merge(ours, theirs));
    }
    return stored;
  };

  /** Until the first that cannot be written: the others are written with the next one. */
  const writeAll = async (): Promise<void> => {
    // Nothing is written over what was never read
    if (!isLoaded) return;
    for (const key of unwritten.keys()) {
      const value = known.get(key);
      try {
        if (value === undefined) await table.remove(partition, key);
        else await table.put({ partitionKey: partition, rowKey: key, ...value });
      } catch {
        return;
      }
      if (known.get(key) === value) unwritten.delete(key);
    }
  };

  return {
    async load() {
      try {
        known = overlay(await read(), 0);
        isLoaded = true;
      } catch {
        // What was read last is the best that is known
      }
      return new Map(known);
    },
    async look() {
      const stored = await read().catch(() => new Map<string, T>());
      return overlay(stored, clock.now() - FRESH_MS);
    },
    async keep(value) {
      known.set(keyOf(value), value);
      unwritten.set(keyOf(value), clock.now());
      await writeAll();
    },
    async remove(key) {
      known.delete(key);
      unwritten.set(key, clock.now());
      await writeAll();
    },
  };
};
