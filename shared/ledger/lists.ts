import type { Entries } from "./entries.ts";
import type { Entry } from "./entry/entry.ts";
import { indexRowsOf, listOf } from "./indexRows.ts";
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
  /** Requests, newest first. @throws {LedgerError} */
  requests(key: ListKey, options: PageOptions): Promise<Page<Entry>>;
}

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
  async requests(key, { limit, after }) {
    const partition = partitionOf(key);
    const filter = `PartitionKey eq ${quoted(partition)}${afterFilter(after)}`;
    const found: { readonly rowKey: string; readonly entry: Entry }[] = [];
    for await (const page of lists.pages({ filter, select: [], pageSize: limit + 1 })) {
      const entries = await Promise.all(page.map(({ rowKey }) => ledger.read(idOf(rowKey))));
      for (const [index, entry] of entries.entries()) {
        const rowKey = page[index]?.rowKey;
        // A row that a crash left behind leads to an entry that has moved on
        const isRight = indexRowsOf(entry).some(
          (row) => row.partitionKey === partition && row.rowKey === rowKey,
        );
        if (entry !== undefined && rowKey !== undefined && isRight) found.push({ rowKey, entry });
      }
      if (found.length > limit) break;
    }
    const items = found.slice(0, limit).map(({ entry }) => entry);
    const last = found[limit - 1];
    return { items, ...(found.length > limit && last !== undefined ? { next: toToken(last.rowKey) } : {}) };
  },
});
