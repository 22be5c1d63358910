import { z } from "zod";

import { hashKey, quoted } from "../../ledger/table/keys.ts";
import type { Table } from "../../ledger/table/table.ts";
import { readForeign } from "../../request/readForeign.ts";

const Note = z.object({ text: z.string(), by: z.string(), at: z.string() });
export type Note = z.infer<typeof Note>;

/** The group that a note is about. */
export interface GroupKey {
  readonly category: string;
  readonly code?: number;
  readonly customerId?: string;
}

/** Notes of operators on groups of poison messages. */
export interface Notes {
  /** Every note, by the key of its group. @throws {LedgerError} */
  all(): Promise<ReadonlyMap<string, Note>>;
  /** Keeps a note; an empty text removes it. @throws {LedgerError} */
  keep(group: GroupKey, note: Note): Promise<void>;
}

const PARTITION = "note";

/** What tells one group from another. */
export const groupKey = ({ category, code, customerId }: GroupKey): string =>
  hashKey(`${category}/${code ?? ""}/${customerId ?? ""}`);

export const makeNotes = (table: Table): Notes => ({
  async all() {
    const notes = new Map<string, Note>();
    for await (const page of table.pages({
      filter: `PartitionKey eq ${quoted(PARTITION)}`,
      pageSize: 1000,
    })) {
      for (const row of page) {
        const note = readForeign(Note, row);
        if (note.ok) notes.set(row.rowKey, note.value);
      }
    }
    return notes;
  },
  async keep(group, note) {
    const rowKey = groupKey(group);
    if (note.text === "") await table.remove(PARTITION, rowKey);
    else await table.put({ partitionKey: PARTITION, rowKey, ...group, ...note });
  },
});
