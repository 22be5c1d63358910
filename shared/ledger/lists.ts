import type { Log } from "../log.ts";
import type { Entries } from "./entries.ts";
import type { Entry } from "./entry/entry.ts";
import { indexRowsOf, listOf } from "./indexRows.ts";
import { readEach } from "./readEach.ts";
import { quoted, toToken } from "./table/keys.ts";
import { afterFilter, idOf, type Page, type PageOptions } from "./table/paging.ts";
import type { Table } from "./table/table.ts";

/** Which list of requests. */
export type ListKey =
  | { readonly by: "customer"; readonly customerId: string }
  | { readonly by: "ticket"; readonly system: string; readonly id: string }
  | { readonly by: "status"; readonly status: string }
  | { readonly by: "cause"; readonly category: string };

export interface Lists {
  /**
   * Requests, newest first, without those that cannot be read: a page with many of them has fewer items than asked for,
   * or none, and leads on. @throws {LedgerError}
   */
  requests(key: ListKey, options: PageOptions, log: Log): Promise<Page<Entry>>;
}

/** A page ends when so many requests could not be read: nobody waits for all of them. */
const PASSED_OVER_MAX = 200;

const partitionOf = (key: ListKey): string => {
  switch (key.by) {
    case "customer":
      return listOf.customer(key.customerId);
    case "ticket":
      return listOf.ticket(key.system, key.id);
    case "status":
      return listOf.status(key.status);
    case "cause":
      return listOf.cause(key.category);
    default:
      return key satisfies never;
  }
};

export const makeLists = (lists: Table, ledger: Pick<Entries, "read">): Lists => ({
  async requests(key, { limit, after }, log) {
    const partition = partitionOf(key);
    const filter = `PartitionKey eq ${quoted(partition)}${afterFilter(after)}`;
    const found: { readonly rowKey: string; readonly entry: Entry }[] = [];
    let passedOver = 0;
    let lastKey: string | undefined;
    for await (const page of lists.pages({ filter, select: [], pageSize: limit + 1 })) {
      const ids = page.map(({ rowKey }) => idOf(rowKey));
      for (const [index, entry] of (await readEach(ledger, ids, log)).entries()) {
        const rowKey = page[index]?.rowKey;
        if (entry === "unreadable") {
          passedOver += 1;
          continue;
        }
        // A row that a crash left behind leads to an entry that has moved on
        const isRight = indexRowsOf(entry).some(
          (row) => row.partitionKey === partition && row.rowKey === rowKey,
        );
        if (entry !== undefined && rowKey !== undefined && isRight) found.push({ rowKey, entry });
      }
      if (found.length > limit) break;
      lastKey = page.at(-1)?.rowKey;
      if (passedOver >= PASSED_OVER_MAX) break;
    }
    const items = found.slice(0, limit).map(({ entry }) => entry);
    const isCutShort = passedOver >= PASSED_OVER_MAX;
    const last = found.length > limit ? found[limit - 1]?.rowKey : isCutShort ? lastKey : undefined;
    return { items, ...(last === undefined ? {} : { next: toToken(last) }) };
  },
});
