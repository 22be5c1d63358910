import { ENTRY } from "./entities.ts";
import { quoted } from "./table/keys.ts";
import type { Table } from "./table/table.ts";

/** Bodies that are written before their entry: a row leads to each, because its entry may never be. */
export interface KeptBodies {
  /** @param at ISO 8601 @throws {LedgerError} */
  note(id: string, at: string): Promise<void>;
  /**
   * Removes those that were kept before `before` (ISO 8601) and have no entry, until the time is up.
   * @returns how many
   * @throws {LedgerError}
   */
  removeStray(before: string, isTimeUp: () => boolean): Promise<number>;
}

const KEPT = "kept-bodies";
const PAGE = 100;

export const makeKeptBodies = (lists: Table, entries: Table): KeptBodies => {
  const removeRows = async (id: string): Promise<void> => {
    const filter = `PartitionKey eq ${quoted(id)}`;
    for await (const page of entries.pages({ filter, select: [], pageSize: PAGE }))
      await entries.commit(page.map(({ partitionKey, rowKey }) => ["delete", { partitionKey, rowKey }]));
  };

  return {
    note: (id, at) => lists.put({ partitionKey: KEPT, rowKey: id, at }),
    async removeStray(before, isTimeUp) {
      let removed = 0;
      const filter = `PartitionKey eq ${quoted(KEPT)} and at lt ${quoted(before)}`;
      for await (const page of lists.pages({ filter, select: [], pageSize: PAGE })) {
        for (const { rowKey: id } of page) {
          if (isTimeUp()) return removed;
          // A body with an entry goes when that goes
          if ((await entries.get(id, ENTRY)) === undefined) {
            await removeRows(id);
            removed += 1;
          }
          await lists.remove(KEPT, id);
        }
      }
      return removed;
    },
  };
};
