import { quoted } from "../../ledger/table/keys.ts";
import type { Table } from "../../ledger/table/table.ts";
import { readForeign } from "../../request/readForeign.ts";
import { FailingLetter } from "../dead-letters/failing.ts";

/**
 * Dead letters that could not be captured. Never throws: when the ledger cannot be used, which may be why they could
 * not, this instance remembers.
 */
export interface FailingLetters {
  /** All that are known, by their ids. */
  all(): Promise<ReadonlyMap<string, FailingLetter>>;
  keep(letter: FailingLetter): Promise<void>;
  remove(id: string): Promise<void>;
}

const PARTITION = "failing";

export const makeFailingLetters = (table: Table): FailingLetters => {
  /** What the table does not have as it should: a letter, or that there is none any more. */
  const unwritten = new Map<string, FailingLetter | undefined>();

  /** Until the first that cannot be written: the others are written with the next one. */
  const writeAll = async (): Promise<void> => {
    for (const [id, letter] of unwritten) {
      try {
        if (letter === undefined) await table.remove(PARTITION, id);
        else await table.put({ partitionKey: PARTITION, rowKey: id, ...letter });
      } catch {
        return;
      }
      if (unwritten.get(id) === letter) unwritten.delete(id);
    }
  };

  const readAll = async (): Promise<Map<string, FailingLetter>> => {
    const found = new Map<string, FailingLetter>();
    for await (const page of table.pages({
      filter: `PartitionKey eq ${quoted(PARTITION)}`,
      pageSize: 1000,
    })) {
      for (const row of page) {
        const read = readForeign(FailingLetter, row);
        if (read.ok) found.set(read.value.id, read.value);
      }
    }
    return found;
  };

  return {
    async all() {
      const found = await readAll().catch(() => new Map<string, FailingLetter>());
      for (const [id, letter] of unwritten) {
        if (letter === undefined) found.delete(id);
        else found.set(id, letter);
      }
      return found;
    },
    async keep(letter) {
      unwritten.set(letter.id, letter);
      await writeAll();
    },
    async remove(id) {
      unwritten.set(id, undefined);
      await writeAll();
    },
  };
};
