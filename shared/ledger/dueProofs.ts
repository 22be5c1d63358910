import type { Log } from "../log.ts";
import type { Entries } from "./entries.ts";
import type { Entry } from "./entry/entry.ts";
import { listOf } from "./indexRows.ts";
import { readEach } from "./readEach.ts";
import { oldestFirst, quoted } from "./table/keys.ts";
import { idOf } from "./table/paging.ts";
import type { Table } from "./table/table.ts";

/** Applied changes that are to be looked for. */
export interface DueProofs {
  /**
   * Those that are due by `at` (ISO 8601) and can be read, the oldest first, a page at a time. @throws {LedgerError}
   */
  entries(at: string, log: Log): AsyncGenerator<readonly Entry[], void, undefined>;
}

const PAGE = 100;

export const makeDueProofs = (lists: Table, ledger: Pick<Entries, "read">): DueProofs => ({
  async *entries(at, log) {
    const filter = `PartitionKey eq ${quoted(listOf.proof)} and RowKey lt ${quoted(oldestFirst(at))}`;
    for await (const page of lists.pages({ filter, select: [], pageSize: PAGE })) {
      const ids = page.map(({ rowKey }) => idOf(rowKey));
      const found = await readEach(ledger, ids, log);
      await Promise.all(
        page.map(async ({ partitionKey, rowKey }, index) => {
          const entry = found[index];
          if (entry === "unreadable") return;
          // A row that a crash left behind leads to an entry that has moved on
          const proof = entry?.request?.proof;
          if (proof === undefined || proof.result !== undefined) await lists.remove(partitionKey, rowKey);
        }),
      );
      yield found.flatMap((entry) =>
        entry !== "unreadable" &&
        entry?.request?.proof !== undefined &&
        entry.request.proof.result === undefined
          ? [entry]
          : [],
      );
    }
  },
});
