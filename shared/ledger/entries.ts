import type { TransactionAction } from "@azure/data-tables";

import { present } from "../present.ts";
import {
  BODY_ROW_BYTES,
  bodyKey,
  bodyRowsOf,
  ENTRY,
  fromBodyRow,
  fromEntryRow,
  fromStepRow,
  STEP,
  STEP_END,
  toBodyEntities,
  toEntryEntity,
  toIndexEntity,
  toStepEntity,
} from "./entities.ts";
import type { Change } from "./entry/change.ts";
import type { Entry, RequestPart, Step } from "./entry/entry.ts";
import { formerRowsOf, indexRowsOf, nameOf, type IndexRow } from "./indexRows.ts";
import { makeKeptBodies } from "./keptBodies.ts";
import type { About, NewestApplied } from "./newest.ts";
import { LedgerError } from "./table/errors.ts";
import { quoted } from "./table/keys.ts";
import type { Table } from "./table/table.ts";

/** What a decision about an entry wants written; undefined writes nothing. */
interface Decided {
  readonly kind?: string;
  readonly change?: Change;
}

export interface Entries {
  /** @throws {LedgerError} */
  read(id: string): Promise<Entry | undefined>;
  /** Every step, oldest first. @throws {LedgerError} */
  history(id: string): Promise<readonly Step[]>;
  /** The bytes of a poison message. @throws {LedgerError} */
  body(id: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps the bytes of a poison message, before or after it is filed without them.
   * @param at ISO 8601
   * @throws {LedgerError}
   */
  keepBody(id: string, body: Uint8Array, at: string): Promise<void>;
  /**
   * Reads an entry, lets `decide` say what becomes of it, and writes that at once, or decides anew when somebody else
   * was faster. `decide` is pure, and must stand being asked again about what it has already decided: a write whose
   * answer got lost is made twice.
   * @throws {LedgerError} when it may or may not have been written
   */
  change<D extends Decided>(id: string, decide: (entry: Entry | undefined) => D): Promise<D>;
  /** Writes the rows that lead to an entry again, and removes those that a crash left behind. @throws {LedgerError} */
  mend(entry: Entry): Promise<void>;
  /** Removes an entry with everything that leads to it. @throws {LedgerError} */
  remove(entry: Entry): Promise<void>;
}

export interface EntriesDeps {
  readonly entries: Table;
  readonly lists: Table;
  readonly poison: Table;
  readonly newest: NewestApplied;
}

const TRIES = 20;
const TRANSACTION_MAX = 100;

const toActions = (
  { entry, steps, body }: Change,
  entity: ReturnType<typeof toEntryEntity>,
  etag: string | undefined,
): readonly TransactionAction[] => [
  etag === undefined ? ["create", entity] : ["update", entity, "Replace", { etag }],
  ...steps.map((step, index): TransactionAction => {
    const number = entry.steps - steps.length + index + 1;
    return ["upsert", toStepEntity(entry.id, number, step), "Replace"];
  }),
  ...(body === undefined ? [] : toBodyEntities(entry.id, body)).map((row): TransactionAction => [
    "upsert",
    row,
    "Replace",
  ]),
];

const aboutOf = ({ body, skuIds }: RequestPart): About => present({ request: body, skuIds });

export const makeEntries = ({ entries, lists, poison, newest }: EntriesDeps): Entries => {
  const tableOf = ({ table }: IndexRow): Table => (table === "lists" ? lists : poison);
  const put = (rows: readonly IndexRow[]): Promise<unknown> =>
    Promise.all(rows.map((row) => tableOf(row).put(toIndexEntity(row))));
  const removeRows = (rows: readonly IndexRow[]): Promise<unknown> =>
    Promise.all(rows.map((row) => tableOf(row).remove(row.partitionKey, row.rowKey)));

  const readRow = async (id: string) => {
    const row = await entries.get(id, ENTRY);
    return row === undefined ? undefined : { entry: fromEntryRow(row), etag: row.etag };
  };

  /** Rows whose places are new go in before the entry: an entry that no row leads to would be lost. */
  const place = async (before: Entry | undefined, { entry }: Change): Promise<readonly IndexRow[]> => {
    const known = new Set(indexRowsOf(before).map(nameOf));
    const rows = indexRowsOf(entry).filter((row) => !known.has(nameOf(row)));
    const { request } = entry;
    await Promise.all([
      put(rows),
      request?.status === "applied" && before?.request?.status !== "applied"
        ? newest.note(aboutOf(request), request.acceptedAt)
        : undefined,
    ]);
    return rows;
  };

  /** Rows that changed, and rows that lead there no more, follow: one that leads nowhere is passed over. */
  const follow = async (before: Entry | undefined, { entry }: Change): Promise<void> => {
    const rows = new Map(indexRowsOf(entry).map((row) => [nameOf(row), row]));
    const former = indexRowsOf(before);
    const isChanged = (row: IndexRow): boolean =>
      JSON.stringify(rows.get(nameOf(row))?.columns) !== JSON.stringify(row.columns);
    const changed = former.filter(isChanged).flatMap((row) => rows.get(nameOf(row)) ?? []);
    await Promise.all([
      ...changed.map((row) => tableOf(row).replace(toIndexEntity(row))),
      removeRows(former.filter((row) => !rows.has(nameOf(row)))),
    ]);
  };

  /** Removes the rows that were put in for changes that did not come about. */
  const removeMisplaced = async (entry: Entry | undefined, placed: readonly IndexRow[]): Promise<void> => {
    const rows = new Set(indexRowsOf(entry).map(nameOf));
    await removeRows(placed.filter((row) => !rows.has(nameOf(row))));
  };

  const keptBodies = makeKeptBodies(lists, entries);
  const keepBody = async (id: string, body: Uint8Array, at: string): Promise<void> => {
    await keptBodies.note(id, at);
    // The first row last: it says how many there are
    for (const row of toBodyEntities(id, body).toReversed()) await entries.put(row);
  };

  /** What is too large for the transaction goes in before it. */
  const keepLarge = async ({ body, ...change }: Change): Promise<Change> => {
    if (body === undefined || body.length <= BODY_ROW_BYTES) return { ...change, ...present({ body }) };
    await keepBody(change.entry.id, body, change.entry.updatedAt);
    return change;
  };

  /** Writes an entry with what leads to it. @returns the rows that were put in before it */
  const write = async (before: Awaited<ReturnType<typeof readRow>>, change: Change) => {
    // Nothing may lead to an entry that cannot be written
    const entity = toEntryEntity(change.entry);
    const placed = await place(before?.entry, change);
    const actions = toActions(await keepLarge(change), entity, before?.etag);
    return { placed, isDone: (await entries.commit(actions)) === "done" };
  };

  return {
    keepBody,
    async read(id) {
      return (await readRow(id))?.entry;
    },
    async history(id) {
      const filter = `PartitionKey eq ${quoted(id)} and RowKey ge '${STEP}' and RowKey lt '${STEP_END}'`;
      const steps: Step[] = [];
      for await (const page of entries.pages({ filter, pageSize: 1000 }))
        steps.push(...page.map(fromStepRow));
      return steps;
    },
    async body(id) {
      const first = await entries.get(id, bodyKey(0));
      if (first === undefined) return undefined;
      const parts = [fromBodyRow(first)];
      for (let index = 1; index < bodyRowsOf(first); index += 1) {
        const row = await entries.get(id, bodyKey(index));
        if (row !== undefined) parts.push(fromBodyRow(row));
      }
      return Buffer.concat(parts);
    },
    async change(id, decide) {
      const misplaced: IndexRow[] = [];
      for (let tries = 0; tries < TRIES; tries += 1) {
        const before = await readRow(id);
        const decided = decide(before?.entry);
        const { change } = decided;
        const { placed, isDone } =
          change === undefined ? { placed: [], isDone: true } : await write(before, change);
        if (isDone) {
          if (change !== undefined) await follow(before?.entry, change);
          await removeMisplaced(change?.entry ?? before?.entry, misplaced);
          return decided;
        }
        misplaced.push(...placed);
      }
      throw new LedgerError("conflict", `entry "${id}" is written by others all the time`);
    },
    async mend(entry) {
      const rows = indexRowsOf(entry);
      const kept = new Set(rows.map(nameOf));
      await put(rows);
      await removeRows(formerRowsOf(entry).filter((row) => !kept.has(nameOf(row))));
    },
    async remove(entry) {
      const { id, request } = entry;
      if (request !== undefined) await newest.forget(aboutOf(request));
      for await (const page of entries.pages({
        filter: `PartitionKey eq ${quoted(id)}`,
        select: [],
        pageSize: TRANSACTION_MAX,
      })) {
        const gone = page.filter(({ rowKey }) => rowKey !== ENTRY);
        if (gone.length > 0) {
          await entries.commit(gone.map(({ partitionKey, rowKey }) => ["delete", { partitionKey, rowKey }]));
        }
      }
      await entries.remove(id, ENTRY);
      // The rows last: a removal that was stopped is found by them and finished
      await removeRows([...indexRowsOf(entry), ...formerRowsOf(entry)]);
    },
  };
};
