import { z } from "zod";

import { PoisonKind } from "../../ledger/entry/entry.ts";
import { quoted, shardsOf, toToken } from "../../ledger/table/keys.ts";
import { afterFilter, type Page, type PageOptions } from "../../ledger/table/paging.ts";
import type { Row, Table } from "../../ledger/table/table.ts";
import { present } from "../../present.ts";
import { readForeign } from "../../request/readForeign.ts";

/** What the index tells of a poison message. */
const PoisonRow = z.object({
  id: z.string(),
  kind: PoisonKind.default("update"),
  state: z.enum(["open", "replaying", "discarded", "closed"]),
  category: z.string(),
  capturedAt: z.string(),
  failedAt: z.string(),
  acceptedAt: z.string(),
  failures: z.number(),
  code: z.number().exactOptional(),
  status: z.number().exactOptional(),
  description: z.string().exactOptional(),
  newerRequestId: z.string().exactOptional(),
  customerId: z.string().exactOptional(),
  userId: z.string().exactOptional(),
  rowKey: z.string(),
});
export type PoisonRow = z.infer<typeof PoisonRow>;

/** What a group needs of each of its messages. */
const GroupRow = z.object({
  state: z.string(),
  category: z.string(),
  code: z.number().exactOptional(),
  status: z.number().exactOptional(),
  customerId: z.string().exactOptional(),
  capturedAt: z.string(),
  failedAt: z.string(),
});
type GroupRow = z.infer<typeof GroupRow>;

export type PoisonArchive = "open" | "discarded";

/** Which poison messages: every field that is given must fit. */
export interface PoisonFilter {
  readonly state: PoisonArchive;
  readonly category?: string;
  readonly code?: number;
  readonly customerId?: string;
}

export interface Group {
  readonly category: string;
  readonly code?: number;
  readonly status?: number;
  readonly customerId?: string;
  readonly count: number;
  readonly replaying: number;
  /** When the first of them was captured, and when the last of them failed. */
  readonly oldest: string;
  readonly newest: string;
}

export interface PoisonIndex {
  /** Groups of category, code and customer, the largest first. @throws {LedgerError} */
  groups(filter: PoisonFilter): Promise<readonly Group[]>;
  /** Messages, newest first. @throws {LedgerError} */
  list(filter: PoisonFilter, page: PageOptions): Promise<Page<PoisonRow>>;
  /** Every message that fits and failed before a time, in no order. @throws {LedgerError} */
  all(filter: PoisonFilter, before: string): AsyncGenerator<readonly PoisonRow[], void, undefined>;
}

const PAGE = 1000;

const fieldFilter = ({ category, code, customerId }: PoisonFilter): string =>
  [
    ...(category === undefined ? [] : [`category eq ${quoted(category)}`]),
    ...(code === undefined ? [] : [`code eq ${code}`]),
    ...(customerId === undefined ? [] : [`customerId eq ${quoted(customerId)}`]),
  ]
    .map((part) => ` and ${part}`)
    .join("");

const shardFilter = (shard: string, filter: PoisonFilter): string =>
  `PartitionKey eq ${quoted(shard)}${fieldFilter(filter)}`;

const toPoisonRows = (rows: readonly Row[]): readonly PoisonRow[] =>
  rows.flatMap((row) => {
    const read = readForeign(PoisonRow, row);
    return read.ok ? [read.value] : [];
  });

const addTo = (groups: Map<string, Group>, row: GroupRow): void => {
  const { category, code, status, customerId, capturedAt, failedAt, state } = row;
  const key = `${category}/${code ?? ""}/${customerId ?? ""}`;
  const known = groups.get(key);
  groups.set(key, {
    category,
    ...present({ code, status, customerId }),
    count: (known?.count ?? 0) + 1,
    replaying: (known?.replaying ?? 0) + (state === "replaying" ? 1 : 0),
    oldest: known === undefined || capturedAt < known.oldest ? capturedAt : known.oldest,
    newest: known === undefined || failedAt > known.newest ? failedAt : known.newest,
  });
};

export const makePoisonIndex = (table: Table): PoisonIndex => ({
  async groups(filter) {
    const groups = new Map<string, Group>();
    const select = ["state", "category", "code", "status", "customerId", "capturedAt", "failedAt"];
    await Promise.all(
      shardsOf(filter.state).map(async (shard) => {
        const pages = table.pages({ filter: shardFilter(shard, filter), select, pageSize: PAGE });
        for await (const page of pages) {
          for (const row of page) {
            const read = readForeign(GroupRow, row);
            if (read.ok) addTo(groups, read.value);
          }
        }
      }),
    );
    return [...groups.values()].toSorted((a, b) => b.count - a.count || (a.newest < b.newest ? 1 : -1));
  },
  async list(filter, { limit, after }) {
    const firsts = await Promise.all(
      shardsOf(filter.state).map(async (shard) => {
        const found = shardFilter(shard, filter) + afterFilter(after);
        const rows: Row[] = [];
        // A page may come back short, with more behind it
        for await (const page of table.pages({ filter: found, pageSize: limit + 1 })) {
          rows.push(...page);
          if (rows.length > limit) break;
        }
        return toPoisonRows(rows);
      }),
    );
    const sorted = firsts.flat().toSorted((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
    const items = sorted.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(sorted.length > limit && last !== undefined ? { next: toToken(last.rowKey) } : {}) };
  },
  async *all(filter, before) {
    for (const shard of shardsOf(filter.state)) {
      const found = `${shardFilter(shard, filter)} and failedAt le ${quoted(before)}`;
      for await (const page of table.pages({ filter: found, pageSize: PAGE })) yield toPoisonRows(page);
    }
  },
});
