import type { Entry, RequestPart } from "../ledger/entry/entry.ts";
import type { Lists } from "../ledger/lists.ts";
import type { PageOptions } from "../ledger/table/paging.ts";
import type { Log } from "../log.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { labelOf, type Catalog } from "../sku/catalog.ts";
import { remainingOf } from "../sku/remaining.ts";
import { resolve } from "../sku/resolve.ts";
import { skuIdsOf, type Wish } from "../sku/wish.ts";
import type { ReadState, UserState } from "./readState.ts";

/** One license that a ticket asked for, against what is. */
export interface ReconcileRow {
  readonly userId: string;
  readonly skuId: string;
  readonly sku: string;
  readonly wanted: "assigned" | "removed";
  /** differs: the license, or its plans, are not as wanted; unknown: it could not be read. */
  readonly is: "as wanted" | "differs" | "unknown";
  readonly why?: string;
  readonly requestId: string;
  readonly acceptedAt: string;
  readonly ticket?: NonNullable<LicenseRequest["ticket"]>;
}

export interface ReconcilePage {
  /** The newest request first; of several for the same user and SKU the newest counts. */
  readonly items: readonly ReconcileRow[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** What tickets of a customer asked for and was applied, against what is. Reads only. @throws {CannotRead | LedgerError} */
export type Reconcile = (customerId: string, options: PageOptions, log: Log) => Promise<ReconcilePage>;

export interface ReconcileDeps {
  readonly lists: Lists;
  readonly readState: ReadState;
}

const keyOf = ({ body }: RequestPart): string => body.userId.toLowerCase();

const isApplied = ({ request }: Entry): boolean => request?.status === "applied";

/** A request by the names it has, where they cannot be found: nothing is known then. */
const byId = (request: LicenseRequest, skuIds: readonly string[] | undefined, catalog: Catalog): Wish => {
  const resolved = resolve(request, catalog);
  if (resolved.kind === "wish") return resolved.wish;
  return { assign: (skuIds ?? []).map((skuId) => ({ skuId })), remove: [] };
};

const toRows = ({ body, skuIds, acceptedAt }: RequestPart, state: UserState): readonly ReconcileRow[] => {
  const catalog = state.kind === "read" ? state.catalog : [];
  const wish = byId(body, skuIds, catalog);
  const left = state.kind === "read" ? remainingOf(wish, state.held, catalog) : wish;
  const open = new Set(skuIdsOf(left));
  const toRow = (skuId: string, wanted: ReconcileRow["wanted"]): ReconcileRow => ({
    userId: body.userId,
    skuId,
    sku: labelOf(catalog, skuId),
    wanted,
    ...(state.kind === "read"
      ? { is: open.has(skuId) ? "differs" : "as wanted" }
      : { is: "unknown", why: state.why }),
    requestId: body.requestId,
    acceptedAt,
    ...present({ ticket: body.ticket }),
  });
  return [
    ...wish.assign.map(({ skuId }) => toRow(skuId, "assigned")),
    ...wish.remove.map((skuId) => toRow(skuId, "removed")),
  ];
};

export const makeReconcile =
  ({ lists, readState }: ReconcileDeps): Reconcile =>
  async (customerId, options, log) => {
    const page = await lists.requests({ by: "customer", customerId }, options, log);
    const requests = page.items.filter(isApplied).flatMap(({ request }) => request ?? []);
    const items: ReconcileRow[] = [];
    for (const ofUser of Map.groupBy(requests, keyOf).values()) {
      const [first] = ofUser;
      if (first === undefined) continue;
      const state = await readState(first.body, log);
      const seen = new Set<string>();
      for (const row of ofUser.flatMap((request) => toRows(request, state))) {
        if (!seen.has(row.skuId)) items.push(row);
        seen.add(row.skuId);
      }
    }
    const { next } = page;
    return present({ items, next });
  };
