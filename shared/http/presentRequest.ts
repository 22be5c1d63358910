import type { Entry, Parked, RequestPart, Step } from "../ledger/entry/entry.ts";
import { present } from "../present.ts";
import type { StatusListView, StatusView } from "./api/views.ts";
import type { Links } from "./links.ts";

const toParked = ({ since, until, skuIds }: Parked) => ({ parked: { since, until, skuIds } });

const toFields = (
  entry: Entry,
  { body, status, acceptedAt, waiting, parked, proof, end, run }: RequestPart,
) => ({
  requestId: entry.id,
  status,
  request: body,
  acceptedAt,
  updatedAt: entry.updatedAt,
  ...present({ waiting }),
  ...(status !== "parked" || parked === undefined ? {} : toParked(parked)),
  ...present({ outcome: end, proof }),
  replays: run,
});

/** An entry with its history → what its caller is shown; undefined when it is no request. */
export const toStatusView = (entry: Entry, history: readonly Step[], links: Links): StatusView | undefined =>
  entry.request === undefined
    ? undefined
    : {
        ...toFields(entry, entry.request),
        history: [...history],
        links: {
          self: links.request(entry.id),
          ...(entry.poison === undefined ? {} : { poison: links.poison(entry.id) }),
        },
      };

/** A page of entries → a page of the list. */
export const toStatusListView = (
  { items, next }: { readonly items: readonly Entry[]; readonly next?: string },
  links: Links,
): StatusListView => ({
  items: items.flatMap((entry) =>
    entry.request === undefined
      ? []
      : [{ ...toFields(entry, entry.request), links: { self: links.request(entry.id) } }],
  ),
  ...(next === undefined ? {} : { next: links.next(next) }),
});
