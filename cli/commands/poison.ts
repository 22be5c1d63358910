import {
  NoteView,
  OperationStartedView,
  PoisonGroupsView,
  PoisonListView,
  PoisonView,
  type PoisonGroup,
  type PoisonItem,
} from "../../shared/http/api/views.ts";
import { present } from "../../shared/present.ts";
import type { Action, Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { printRows, shortTime, type Column } from "../output.ts";
import { followOperation } from "./operations.ts";
import { collect } from "./requests.ts";

export interface SelectOptions {
  readonly category?: string;
  readonly code?: number;
  readonly customer?: string;
}

export interface ShowOptions extends SelectOptions {
  readonly discarded?: boolean;
  readonly limit: number;
}

export interface TreatOptions extends SelectOptions {
  readonly why?: string;
  readonly wait?: boolean;
  readonly yes?: boolean;
  readonly canary?: boolean;
  readonly force?: boolean;
  readonly rate?: number;
}

const groupColumns: readonly Column<PoisonGroup>[] = [
  { name: "category", of: ({ category }) => category, width: { share: 3 } },
  { name: "code", of: ({ code }) => code, width: 9 },
  { name: "customer", of: ({ customerId }) => customerId, width: { share: 4 } },
  { name: "count", of: ({ count }) => count, width: 8 },
  { name: "oldest", of: ({ oldest }) => shortTime(oldest), width: 12 },
  { name: "newest", of: ({ newest }) => shortTime(newest), width: 12 },
  { name: "whose", of: ({ owner }) => owner, width: 11 },
  {
    name: "what to do",
    of: ({ remedy, note }) => (note === undefined ? remedy : `${remedy}\n[${note.by}: ${note.text}]`),
    width: { share: 5 },
  },
];

const itemColumns: readonly Column<PoisonItem>[] = [
  { name: "id", of: ({ id }) => id, width: { share: 4 } },
  { name: "state", of: ({ state }) => state, width: 12 },
  { name: "failed", of: ({ failedAt }) => shortTime(failedAt), width: 12 },
  { name: "times", of: ({ failures }) => failures, width: 7 },
  { name: "category", of: ({ category }) => category, width: { share: 2 } },
  { name: "code", of: ({ code }) => code, width: 9 },
  { name: "user", of: ({ userId }) => userId, width: { share: 3 } },
  {
    name: "why",
    of: ({ description, newerRequestId }) =>
      newerRequestId === undefined ? description : `skipped for the newer request ${newerRequestId}`,
    width: { share: 4 },
  },
];

/** license-relay poison */
export const groups =
  ({ discarded }: { readonly discarded?: boolean }): Action =>
  async ({ client, io, format }) => {
    const view = await client.get(PoisonGroupsView, `poison${discarded === true ? "?state=discarded" : ""}`);
    printRows(io.out, format, view.groups, groupColumns);
    return EXIT.good;
  };

const queryOf = ({ category, code, customer }: SelectOptions): URLSearchParams => {
  const query = new URLSearchParams();
  if (category !== undefined) query.set("category", category);
  if (code !== undefined) query.set("errorCode", String(code));
  if (customer !== undefined) query.set("customerId", customer);
  return query;
};

const showOne = async ({ client, io }: Context, id: string): Promise<void> => {
  const view = await client.get(PoisonView, `poison/${encodeURIComponent(id)}`);
  io.out.write(`${JSON.stringify(view, undefined, 2)}\n`);
};

/** license-relay poison show [ID] */
export const show =
  (id: string | undefined, { discarded, limit, ...select }: ShowOptions): Action =>
  async (context) => {
    if (id !== undefined) {
      await showOne(context, id);
      return EXIT.good;
    }
    const query = queryOf(select);
    if (query.size === 0) {
      throw new CliError(EXIT.usage, "Cannot show messages: give an id, or --category, --code or --customer");
    }
    if (discarded === true) query.set("state", "discarded");
    const { client, io, format } = context;
    const items = await collect(`poison?${query.toString()}`, limit, (path) =>
      client.get(PoisonListView, path),
    );
    printRows(io.out, format, items, itemColumns);
    return EXIT.good;
  };

type Kind = "replay" | "discard" | "restore";

const countOf = async ({ client }: Context, kind: Kind, select: SelectOptions): Promise<number> => {
  const view = await client.get(PoisonGroupsView, `poison${kind === "restore" ? "?state=discarded" : ""}`);
  const customer = select.customer?.toLowerCase();
  return view.groups
    .filter(
      ({ category, code, customerId }) =>
        (select.category ?? category) === category &&
        (select.code ?? code) === code &&
        (customer ?? customerId) === customerId,
    )
    .reduce((sum, { count }) => sum + count, 0);
};

/** license-relay poison replay|discard|restore [IDS...] */
export const treat =
  (kind: Kind, ids: readonly string[], options: TreatOptions): Action =>
  async (context) => {
    const { io, client, by, format } = context;
    const { category, code, customer, why, wait, yes, canary, force, rate } = options;
    const isSelected =
      ids.length > 0 || category !== undefined || code !== undefined || customer !== undefined;
    if (!isSelected) {
      throw new CliError(
        EXIT.usage,
        `Cannot ${kind}: give ids, or --category, --code or --customer; see: license-relay poison`,
      );
    }
    if (ids.length === 0 && yes !== true && io.err.isTerminal) {
      const count = await countOf(context, kind, options);
      if (!(await io.confirm(`${kind} ${count} messages?`))) return EXIT.failed;
    }
    const input = {
      by,
      ...(ids.length === 0 ? {} : { ids }),
      ...present({ category, code, customerId: customer, why }),
      ...(kind === "replay"
        ? present({ canary: canary ?? true, force: force ?? false, ratePerSecond: rate })
        : {}),
    };
    const started = await client.send("POST", OperationStartedView, `poison/${kind}`, input);
    if (wait === true) return followOperation(context, started.operationId);
    if (format === "json") io.out.write(`${JSON.stringify(started)}\n`);
    else io.out.write(`${started.operationId}\n`);
    return EXIT.good;
  };

/** license-relay poison note TEXT */
export const note =
  (text: string, { category, code, customer }: SelectOptions): Action =>
  async ({ client, by }) => {
    if (category === undefined)
      throw new CliError(EXIT.usage, "Cannot keep the note: give the --category of its group");
    const group = present({ category, code, customerId: customer });
    await client.send("PUT", NoteView, "poison/note", { ...group, text, by });
    return EXIT.good;
  };
