import type { Log } from "../log.ts";
import type { Entries } from "./entries.ts";
import type { Entry } from "./entry/entry.ts";
import { listOf } from "./indexRows.ts";
import { readEach } from "./readEach.ts";
import { newestFirst, quoted, shardsOf } from "./table/keys.ts";
import { idOf } from "./table/paging.ts";
import type { Table } from "./table/table.ts";

/** What the ledger no longer needs to hold. */
export interface Expired {
  /**
   * Entries that have ended and were not touched since `before` (ISO 8601), a few at a time. One that cannot be read
   * does not say whether it has: it stays. @throws {LedgerError}
   */
  entries(before: string, log: Log): AsyncGenerator<readonly Entry[], void, undefined>;
}

const PAGE = 100;
/** `accepted` that old never came to the queue, and nobody asked again; what is refused waits for an operator. */
const STATUSES = ["applied", "discarded", "accepted"] as const;

interface Place {
  readonly table: Table;
  readonly partitionKey: string;
}

export const makeExpired = (lists: Table, poison: Table, ledger: Pick<Entries, "read">): Expired => {
  const places: readonly Place[] = [
    ...STATUSES.map((status) => ({ table: lists, partitionKey: listOf.status(status) })),
    // Messages that are no requests have no status: they are found by what became of them
    ...["discarded", "closed"].flatMap(shardsOf).map((partitionKey) => ({ table: poison, partitionKey })),
  ];

  const isOver = ({ updatedAt, request, poison: message }: Entry, before: string): boolean => {
    if (updatedAt >= before) return false;
    if (request !== undefined) return STATUSES.some((status) => status === request.status);
    return message?.state === "discarded" || message?.state === "closed";
  };

  return {
    async *entries(before, log) {
      for (const { table, partitionKey } of places) {
        // Newest first: what is older comes behind this key
        const filter = `PartitionKey eq ${quoted(partitionKey)} and RowKey gt ${quoted(newestFirst(before))}`;
        for await (const page of table.pages({ filter, select: [], pageSize: PAGE })) {
          const ids = page.map(({ rowKey }) => idOf(rowKey));
          const found = await readEach(ledger, ids, log);
          await Promise.all(
            page.map(async ({ rowKey }, index) => {
              if (found[index] === undefined) await table.remove(partitionKey, rowKey);
            }),
          );
          yield found.flatMap((entry) =>
            entry !== undefined && entry !== "unreadable" && isOver(entry, before) ? [entry] : [],
          );
        }
      }
    },
  };
};
