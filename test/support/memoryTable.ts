import type { TableEntity } from "@azure/data-tables";

import { LedgerError } from "../../shared/ledger/table/errors.ts";
import type { Query, Row, Table } from "../../shared/ledger/table/table.ts";

/** A table in memory, for decisions that need one and no network; the real one is tested over sockets. */
export interface MemoryTable extends Table {
  /** The next so many calls fail before anything is done. */
  readonly fail: (count: number) => void;
  readonly rows: () => readonly Row[];
}

const CLAUSE = /^(?<field>\w+) (?<operator>eq|gt|ge|lt|le) (?:'(?<text>.*)'|(?<number>\d+))$/;
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["PartitionKey", "partitionKey"],
  ["RowKey", "rowKey"],
]);

const compare: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  eq: (a, b) => a === b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

const fitsClause = (row: Row, clause: string): boolean => {
  const { field = "", operator = "", text, number } = CLAUSE.exec(clause)?.groups ?? {};
  const test = compare[operator];
  if (test === undefined) throw new Error(`The table in memory does not know "${clause}"`);
  return test(String(row[FIELDS.get(field) ?? field]), text ?? number ?? "");
};

const fits = (row: Row, filter: string): boolean =>
  filter.split(" and ").every((part) =>
    part
      .replace(/^\((?<choice>.*)\)$/, "$<choice>")
      .split(" or ")
      .some((clause) => fitsClause(row, clause)),
  );

export const memoryTable = (): MemoryTable => {
  const rows = new Map<string, Row>();
  let failures = 0;
  let etags = 0;
  const keyOf = (partitionKey: string, rowKey: string): string => {
    // https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    if (/[/\\#?\p{Cc}\p{Cs}]/u.test(partitionKey + rowKey))
      throw new Error(`No key: ${partitionKey} ${rowKey}`);
    return `${partitionKey}\n${rowKey}`;
  };
  const get = (partitionKey: string, rowKey: string): Row | undefined =>
    rows.get(keyOf(partitionKey, rowKey));
  const write = (entity: TableEntity): void => {
    const { partitionKey, rowKey } = entity;
    etags += 1;
    rows.set(keyOf(partitionKey, rowKey), { ...entity, partitionKey, rowKey, etag: String(etags) });
  };
  const call = async (): Promise<void> => {
    // As long as a real one takes: whoever forgets to wait is gone by then
    await new Promise((resolve) => setImmediate(resolve));
    failures -= 1;
    if (failures >= 0) throw new LedgerError("unreachable", "the storage account cannot be reached");
    failures = 0;
  };
  return {
    fail: (count) => {
      failures = count;
    },
    rows: () => [...rows.values()],
    async get(partitionKey, rowKey) {
      await call();
      return get(partitionKey, rowKey);
    },
    async *pages({ filter, pageSize }: Query) {
      await call();
      const found = [...rows.values()]
        .filter((row) => fits(row, filter))
        .toSorted((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
      for (let start = 0; start === 0 || start < found.length; start += pageSize)
        yield found.slice(start, start + pageSize);
    },
    async put(entity) {
      await call();
      write(entity);
    },
    async replace(entity) {
      await call();
      if (get(entity.partitionKey, entity.rowKey) !== undefined) write(entity);
    },
    async putIf(entity, etag) {
      await call();
      if (get(entity.partitionKey, entity.rowKey)?.etag !== etag) return "conflict";
      write(entity);
      return "done";
    },
    async remove(partitionKey, rowKey) {
      await call();
      rows.delete(keyOf(partitionKey, rowKey));
    },
    async commit(actions) {
      await call();
      for (const [kind, entity, , options] of actions) {
        const known = get(entity.partitionKey, entity.rowKey);
        if (kind === "create" && known !== undefined) return "conflict";
        if (kind === "update" && typeof options === "object" && known?.etag !== options.etag)
          return "conflict";
      }
      for (const [kind, entity] of actions) {
        if (kind === "delete") rows.delete(keyOf(entity.partitionKey, entity.rowKey));
        else write(entity);
      }
      return "done";
    },
  };
};
