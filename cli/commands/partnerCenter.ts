import { GateView, ReconcileView, SeatsView } from "../../shared/http/api/views.ts";
import type { Action } from "../context.ts";
import { EXIT } from "../errors.ts";
import { printRows, shortTime, type Column } from "../output.ts";

type SeatsRow = SeatsView["items"][number];

const seatColumns: readonly Column<SeatsRow>[] = [
  { name: "customer", of: ({ customerId }) => customerId, width: { share: 4 } },
  { name: "license", of: ({ skuPartNumber, skuId }) => skuPartNumber ?? skuId, width: { share: 4 } },
  { name: "waiting", of: ({ waiting }) => waiting, width: 9 },
  { name: "available", of: ({ available }) => available, width: 11 },
  { name: "missing", of: ({ missing }) => missing, width: 9 },
  { name: "oldest", of: ({ oldest }) => shortTime(oldest), width: 12 },
];

const ofCustomer = (customer: string | undefined): string =>
  customer === undefined ? "" : `?customerId=${encodeURIComponent(customer)}`;

/** license-relay seats */
export const seats =
  ({ customer }: { readonly customer?: string }): Action =>
  async ({ client, io, format }) => {
    const { items } = await client.get(SeatsView, `seats${ofCustomer(customer)}`);
    printRows(io.out, format, items, seatColumns);
    return EXIT.good;
  };

type ReconcileRow = ReconcileView["items"][number];

const reconcileColumns: readonly Column<ReconcileRow>[] = [
  { name: "user", of: ({ userId }) => userId, width: { share: 4 } },
  { name: "license", of: ({ sku }) => sku, width: { share: 3 } },
  { name: "wanted", of: ({ wanted }) => wanted, width: 10 },
  { name: "is", of: (row) => row.is, width: 11 },
  {
    name: "by request (ticket)",
    of: ({ requestId, ticket }) =>
      ticket === undefined ? requestId : `${requestId} (${ticket.system}/${ticket.id})`,
    width: { share: 5 },
  },
  { name: "accepted", of: ({ acceptedAt }) => shortTime(acceptedAt), width: 12 },
];

const PAGE = 50;

/** license-relay reconcile --customer ID */
export const reconcile =
  ({ customer, differing }: { readonly customer: string; readonly differing?: boolean }): Action =>
  async ({ client, io, format }) => {
    const rows = new Map<string, ReconcileRow>();
    let path: string | undefined = `reconciliation${ofCustomer(customer)}&limit=${PAGE}`;
    while (path !== undefined && !io.signal.aborted) {
      const page: ReconcileView = await client.get(ReconcileView, path);
      for (const row of page.items) {
        const key = `${row.userId.toLowerCase()}/${row.skuId}`;
        // Pages go from new to old: what a newer request wanted counts
        if (!rows.has(key)) rows.set(key, row);
      }
      path = page.next;
    }
    const all = [...rows.values()];
    const bad = all.filter((row) => row.is !== "as wanted");
    printRows(io.out, format, differing === true ? bad : all, reconcileColumns);
    if (format === "table") io.err.write(`${all.length - bad.length} of ${all.length} are as wanted\n`);
    if (io.signal.aborted) return EXIT.interrupted;
    return bad.length === 0 ? EXIT.good : EXIT.failed;
  };

const show = ({ state, category, closedAt, refusals, openedBy, openedAt }: GateView): string => {
  if (category === undefined) return "The gate is open, and never was closed";
  const closed = `closed at ${shortTime(closedAt ?? "")} after ${refusals ?? 0} refusals (${category})`;
  return state === "closed"
    ? `The gate is ${closed}: nothing is called until the vault has another token, or it is opened`
    : `The gate is open: ${closed}, opened by ${openedBy ?? ""} at ${shortTime(openedAt ?? "")}`;
};

/** license-relay gate [open] */
export const gate =
  (isToOpen: boolean): Action =>
  async ({ client, io, format, by }) => {
    const view = isToOpen
      ? await client.send("POST", GateView, "token-gate/open", { by })
      : await client.get(GateView, "token-gate");
    io.out.write(`${format === "json" ? JSON.stringify(view) : show(view)}\n`);
    return view.state === "open" ? EXIT.good : EXIT.failed;
  };
