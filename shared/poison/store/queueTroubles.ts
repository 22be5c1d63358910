import type { Clock } from "../../clock.ts";
import type { Table } from "../../ledger/table/table.ts";
import { present } from "../../present.ts";
import { QueueTrouble } from "../dead-letters/queueTrouble.ts";
import { makeRememberedRows, type RememberedRows } from "./rememberedRows.ts";

/** Dead-letter queues that somebody should look at, by `keyOfQueue`. */
export type QueueTroubles = RememberedRows<QueueTrouble>;

/** A key of a row has no slash, and a subscription does. */
export const keyOfQueue = (queue: string): string => queue.replace("/", ":");

/** What an alert has told of stays told. */
const merge = (ours: QueueTrouble, stored: QueueTrouble): QueueTrouble => ({
  ...ours,
  since: ours.since < stored.since ? ours.since : stored.since,
  ...present({
    alertedAt: ours.alertedAt ?? stored.alertedAt,
    unreadSince: ours.unread === undefined ? undefined : (stored.unreadSince ?? ours.unreadSince),
  }),
});

export const makeQueueTroubles = (table: Table, clock: Clock): QueueTroubles =>
  makeRememberedRows(table, clock, {
    partition: "queues",
    schema: QueueTrouble,
    keyOf: ({ queue }) => keyOfQueue(queue),
    merge,
  });
