import type { TransactionAction } from "@azure/data-tables";

import { fromChunks, toChunks } from "../../ledger/table/chunks.ts";
import { LedgerError } from "../../ledger/table/errors.ts";
import { newestFirst, quoted, toToken } from "../../ledger/table/keys.ts";
import { afterFilter, idOf, type Page, type PageOptions } from "../../ledger/table/paging.ts";
import type { Row, Table } from "../../ledger/table/table.ts";
import { readForeign, readForeignJson } from "../../request/readForeign.ts";
import { Item, Operation, type ItemState } from "../operation.ts";

/** Operations and their items. */
export interface Operations {
  /** @throws {LedgerError} */
  create(operation: Operation): Promise<void>;
  /** @throws {LedgerError} */
  read(id: string): Promise<Operation | undefined>;
  /** Reads, decides, writes; decides anew when somebody else was faster. Undefined leaves it. @throws {LedgerError} */
  change(id: string, decide: (operation: Operation) => Operation | undefined): Promise<Operation | undefined>;
  /** Newest first. @throws {LedgerError} */
  list(page: PageOptions): Promise<Page<Operation>>;
  /** Ids of those that have not ended. @throws {LedgerError} */
  active(): Promise<readonly string[]>;
  /** Writes items, whatever they were before. @throws {LedgerError} */
  putItems(id: string, items: readonly Item[]): Promise<void>;
  /** Items in these states, in their order. @throws {LedgerError} */
  items(id: string, states: readonly ItemState[]): AsyncGenerator<readonly Item[], void, undefined>;
  /** Removes an operation with its items. @throws {LedgerError} */
  remove(operation: Operation): Promise<void>;
}

const OPERATION = "operation";
const ITEM = "item-";
const ALL = "all";
const ACTIVE = "active";
const TRANSACTION_MAX = 100;
const PAGE = 1000;
const TRIES = 20;

const partitionOf = (id: string): string => `operation:${id}`;

const toEntity = (operation: Operation) => ({
  partitionKey: partitionOf(operation.id),
  rowKey: OPERATION,
  kind: operation.kind,
  state: operation.state,
  by: operation.by,
  createdAt: operation.createdAt,
  updatedAt: operation.updatedAt,
  ...toChunks("json", Buffer.from(JSON.stringify(operation), "utf8")),
});

const fromRow = (row: Row): Operation => {
  const read = readForeignJson(Operation, fromChunks("json", row) ?? new Uint8Array());
  if (read.ok) return read.value;
  throw new LedgerError("unreadable", `operation "${row.partitionKey}" is not what was written`);
};

const toItemEntity = (id: string, { key, ...item }: Item) => ({
  partitionKey: partitionOf(id),
  rowKey: `${ITEM}${key}`,
  ...item,
});

const fromItemRow = (row: Row): Item | undefined => {
  const read = readForeign(Item, { ...row, key: row.rowKey.slice(ITEM.length) });
  return read.ok ? read.value : undefined;
};

/** Whether an operation goes on. */
const isActive = ({ endedAt }: Operation): boolean => endedAt === undefined;

const allKey = ({ id, createdAt }: Operation): string => `${newestFirst(createdAt)}~${id}`;

export const makeOperations = (table: Table): Operations => {
  const readRow = async (id: string) => {
    const row = await table.get(partitionOf(id), OPERATION);
    return row === undefined ? undefined : { operation: fromRow(row), etag: row.etag };
  };

  /** One that cannot be read takes no others with it: the list goes on without it. */
  const readOrPass = async (id: string): ReturnType<typeof readRow> => {
    try {
      return await readRow(id);
    } catch (error) {
      if (error instanceof LedgerError && error.code === "unreadable") return undefined;
      throw error;
    }
  };

  return {
    async create(operation) {
      // The rows that lead to it first: an operation that nobody finds would never be carried out
      await Promise.all([
        table.put({ partitionKey: ALL, rowKey: allKey(operation) }),
        table.put({ partitionKey: ACTIVE, rowKey: operation.id }),
      ]);
      await table.putIf(toEntity(operation), undefined);
    },
    async read(id) {
      return (await readRow(id))?.operation;
    },
    async change(id, decide) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const before = await readRow(id);
        if (before === undefined) return undefined;
        const after = decide(before.operation);
        if (after === undefined) return before.operation;
        if ((await table.putIf(toEntity(after), before.etag)) === "done") {
          if (!isActive(after)) await table.remove(ACTIVE, id);
          return after;
        }
      }
      throw new LedgerError("conflict", `operation "${id}" is written by others all the time`);
    },
    async list({ limit, after }) {
      const filter = `PartitionKey eq ${quoted(ALL)}${afterFilter(after)}`;
      const keys: string[] = [];
      for await (const page of table.pages({ filter, select: [], pageSize: limit + 1 })) {
        keys.push(...page.map(({ rowKey }) => rowKey));
        if (keys.length > limit) break;
      }
      const shown = keys.slice(0, limit);
      const found = await Promise.all(shown.map((key) => readOrPass(idOf(key))));
      const last = shown.at(-1);
      return {
        items: found.flatMap((row) => row?.operation ?? []),
        ...(keys.length > limit && last !== undefined ? { next: toToken(last) } : {}),
      };
    },
    async active() {
      const ids: string[] = [];
      for await (const page of table.pages({
        filter: `PartitionKey eq ${quoted(ACTIVE)}`,
        select: [],
        pageSize: PAGE,
      })) {
        ids.push(...page.map(({ rowKey }) => rowKey));
      }
      return ids;
    },
    async putItems(id, items) {
      for (let start = 0; start < items.length; start += TRANSACTION_MAX) {
        const actions = items
          .slice(start, start + TRANSACTION_MAX)
          .map((item): TransactionAction => ["upsert", toItemEntity(id, item), "Replace"]);
        await table.commit(actions);
      }
    },
    async *items(id, states) {
      const wanted = states.map((state) => `state eq ${quoted(state)}`).join(" or ");
      const filter = `PartitionKey eq ${quoted(partitionOf(id))} and RowKey ge '${ITEM}' and RowKey lt 'item.' and (${wanted})`;
      for await (const page of table.pages({ filter, pageSize: PAGE })) {
        yield page.flatMap((row) => fromItemRow(row) ?? []);
      }
    },
    async remove(operation) {
      const { id } = operation;
      const filter = `PartitionKey eq ${quoted(partitionOf(id))}`;
      for await (const page of table.pages({ filter, select: [], pageSize: TRANSACTION_MAX })) {
        await table.commit(page.map(({ partitionKey, rowKey }) => ["delete", { partitionKey, rowKey }]));
      }
      await table.remove(ACTIVE, id);
      await table.remove(ALL, allKey(operation));
    },
  };
};
