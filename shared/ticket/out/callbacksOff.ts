import { hashKey } from "../../ledger/table/keys.ts";
import type { Table } from "../../ledger/table/table.ts";

/** Callbacks that are off because their receiver answered 410. */
export interface CallbacksOff {
  /** @throws {LedgerError} */
  isOff(source: string, url: URL): Promise<boolean>;
  /** @throws {LedgerError} */
  turnOff(source: string, url: URL, at: string): Promise<void>;
  /** @throws {LedgerError} */
  turnOn(source: string, url: URL): Promise<void>;
  /** Names of the sources with callbacks that are off. @throws {LedgerError} */
  list(): Promise<readonly string[]>;
}

const PARTITION = "off";
const KEEP_MS = 30_000;

/** Another address is another receiver. What stands behind "?" may differ from ticket to ticket, as may the path. */
const rowKeyOf = (source: string, { origin }: URL): string => `${source}~${hashKey(origin)}`;

export const makeCallbacksOff = (table: Table, now: () => number): CallbacksOff => {
  const known = new Map<string, { readonly isOff: boolean; readonly atMs: number }>();
  return {
    async isOff(source, url) {
      const rowKey = rowKeyOf(source, url);
      const before = known.get(rowKey);
      if (before !== undefined && now() < before.atMs + KEEP_MS) return before.isOff;
      const isOff = (await table.get(PARTITION, rowKey)) !== undefined;
      known.set(rowKey, { isOff, atMs: now() });
      return isOff;
    },
    async turnOff(source, url, at) {
      const rowKey = rowKeyOf(source, url);
      await table.put({ partitionKey: PARTITION, rowKey, source, at });
      known.set(rowKey, { isOff: true, atMs: now() });
    },
    async turnOn(source, url) {
      const rowKey = rowKeyOf(source, url);
      await table.remove(PARTITION, rowKey);
      known.set(rowKey, { isOff: false, atMs: now() });
    },
    async list() {
      const names = new Set<string>();
      for await (const page of table.pages({ filter: `PartitionKey eq '${PARTITION}'`, pageSize: 1000 })) {
        for (const { rowKey } of page) names.add(rowKey.split("~")[0] ?? rowKey);
      }
      return [...names];
    },
  };
};
