import type { Clock } from "../../clock.ts";
import type { Table } from "../../ledger/table/table.ts";
import { FailingLetter } from "../dead-letters/failing.ts";
import { makeRememberedRows, type RememberedRows } from "./rememberedRows.ts";

/** Dead letters that could not be captured, by their ids. */
export type FailingLetters = RememberedRows<FailingLetter>;

/** Counted by two, or by one that did not know what was counted before it was started. */
const merge = (ours: FailingLetter, stored: FailingLetter): FailingLetter => ({
  ...ours,
  failures: Math.max(ours.failures, stored.failures),
  since: ours.since < stored.since ? ours.since : stored.since,
  nextAt: ours.nextAt > stored.nextAt ? ours.nextAt : stored.nextAt,
});

export const makeFailingLetters = (table: Table, clock: Clock): FailingLetters =>
  makeRememberedRows(table, clock, {
    partition: "failing",
    schema: FailingLetter,
    keyOf: ({ id }) => id,
    merge,
  });
