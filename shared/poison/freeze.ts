import type { Entry } from "../ledger/entry/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { oldestFirst } from "../ledger/table/keys.ts";
import { laneOf } from "../request/lane.ts";
import type { Item, Operation } from "./operation.ts";
import type { Operations } from "./store/operations.ts";
import type { PoisonFilter, PoisonIndex, PoisonRow } from "./store/poisonIndex.ts";
import { isPassing } from "./trouble.ts";

export interface FreezeDeps {
  readonly ledger: Pick<Ledger, "read">;
  readonly poisonIndex: Pick<PoisonIndex, "all">;
  readonly operations: Pick<Operations, "putItems">;
  readonly lanesPerCustomer: number;
}

/** Notes which messages an operation is about: those that had failed before it was asked for. @returns how many */
export type Freeze = (operation: Operation) => Promise<number>;

const fits = ({ selection }: Operation, row: { category: string; code?: number }, customerId?: string) =>
  (selection.category ?? row.category) === row.category &&
  (selection.code ?? row.code) === row.code &&
  (selection.customerId ?? customerId) === customerId;

export const makeFreeze = ({ ledger, poisonIndex, operations, lanesPerCustomer }: FreezeDeps): Freeze => {
  const toItem = (id: string, acceptedAt: string, user?: { customerId: string; userId: string }): Item => ({
    key: `${oldestFirst(acceptedAt)}~${id}`,
    poisonId: id,
    lane: user === undefined ? id : laneOf(user, lanesPerCustomer),
    state: "todo",
  });

  const fromRow = ({ id, acceptedAt, customerId, userId }: PoisonRow): Item =>
    customerId === undefined || userId === undefined
      ? toItem(id, acceptedAt)
      : toItem(id, acceptedAt, { customerId, userId });

  /** One that cannot be read becomes an item too, as if it were not there. */
  const read = async (id: string): Promise<Entry | undefined> => {
    try {
      return await ledger.read(id);
    } catch (error) {
      if (isPassing(error)) throw error;
      return undefined;
    }
  };

  /** Ids that are not there become items all the same: their result says so. */
  const named = async (operation: Operation, id: string): Promise<readonly Item[]> => {
    const entry = await read(id);
    const body = entry?.request?.body;
    const latest = entry?.poison?.latest;
    if (latest !== undefined && !fits(operation, latest, body?.customerId)) return [];
    return [toItem(id, entry?.request?.acceptedAt ?? entry?.createdAt ?? operation.createdAt, body)];
  };

  const byIds = async (operation: Operation, ids: readonly string[]): Promise<number> => {
    let total = 0;
    const unique = [...new Set(ids)];
    for (let start = 0; start < unique.length; start += 50) {
      const found = await Promise.all(unique.slice(start, start + 50).map((id) => named(operation, id)));
      const items = found.flat();
      await operations.putItems(operation.id, items);
      total += items.length;
    }
    return total;
  };

  return async (operation) => {
    const { id, selection, kind, createdAt } = operation;
    const { ids, ...fields } = selection;
    if (ids !== undefined) return byIds(operation, ids);
    const filter: PoisonFilter = { state: kind === "restore" ? "discarded" : "open", ...fields };
    let total = 0;
    for await (const rows of poisonIndex.all(filter, createdAt)) {
      await operations.putItems(id, rows.map(fromRow));
      total += rows.length;
    }
    return total;
  };
};
