import { makeEntries } from "../../shared/ledger/entries.ts";
import { makeNewestApplied } from "../../shared/ledger/newest.ts";
import { memoryTable } from "./memoryTable.ts";

/** A ledger over tables in memory. */
export const aLedger = () => {
  const entries = memoryTable();
  const lists = memoryTable();
  const poison = memoryTable();
  const newestTable = memoryTable();
  const newest = makeNewestApplied(newestTable);
  return {
    entries,
    lists,
    poison,
    newestTable,
    newest,
    ledger: makeEntries({ entries, lists, poison, newest }),
  };
};
