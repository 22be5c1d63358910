import type { Entry, Step } from "../ledger/entry/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ListKey, Lists } from "../ledger/lists.ts";
import type { Page, PageOptions } from "../ledger/table/paging.ts";
import type { Log } from "../log.ts";
import type { Item, Operation } from "../poison/operation.ts";
import { groupKey } from "../poison/poison.ts";
import type { GroupKey, Note, Notes } from "../poison/store/notes.ts";
import type { Operations } from "../poison/store/operations.ts";
import type { Group, PoisonFilter, PoisonIndex, PoisonRow } from "../poison/store/poisonIndex.ts";
import { present } from "../present.ts";
import type { PoisonQuery, StatusQuery } from "./api/inputs.ts";

export interface ViewDeps {
  readonly ledger: Pick<Ledger, "read" | "history" | "body">;
  readonly lists: Lists;
  readonly poisonIndex: PoisonIndex;
  readonly notes: Notes;
  readonly operations: Operations;
}

/** A group with the note that an operator has kept on it. */
export interface NotedGroup {
  readonly group: Group;
  readonly note: Note | undefined;
}

/** What the ledger shows to callers and operators. Each throws when the ledger is out of reach. */
export interface View {
  readonly request: (id: string) => Promise<{ entry: Entry; history: readonly Step[] } | undefined>;
  readonly requests: (query: StatusQuery, log: Log) => Promise<Page<Entry>>;
  readonly groups: (query: PoisonQuery) => Promise<readonly NotedGroup[]>;
  readonly poisonList: (query: PoisonQuery) => Promise<Page<PoisonRow>>;
  readonly poison: (
    id: string,
  ) => Promise<{ entry: Entry; body: Uint8Array; history: readonly Step[] } | undefined>;
  readonly note: (group: GroupKey, note: Note) => Promise<void>;
  readonly operation: (
    id: string,
  ) => Promise<{ operation: Operation; unfinished: readonly Item[] } | undefined>;
  readonly operations: (page: PageOptions) => Promise<Page<Operation>>;
}

const UNFINISHED_MAX = 100;

const pageOf = ({ limit, after }: { limit: number; after?: string }): PageOptions =>
  present({ limit, after });

const keyOf = ({ customerId, ticket, status, category }: StatusQuery): ListKey => {
  if (customerId !== undefined) return { by: "customer", customerId };
  if (status !== undefined) return { by: "status", status };
  if (category !== undefined) return { by: "cause", category };
  const [system = "", ...id] = (ticket ?? "").split("/");
  return { by: "ticket", system, id: id.join("/") };
};

const filterOf = ({ state, category, errorCode: code, customerId }: PoisonQuery): PoisonFilter =>
  present({ state, category, code, customerId });

/** The note on exactly this group, else one that was kept without naming the code, the customer or both. */
const noteFor = (
  { category, code, customerId }: Group,
  notes: ReadonlyMap<string, Note>,
): Note | undefined => {
  const byCode = present({ code });
  const byCustomer = present({ customerId });
  return [{ ...byCode, ...byCustomer }, byCustomer, byCode, {}]
    .map((fields) => notes.get(groupKey({ category, ...fields })))
    .find((note) => note !== undefined);
};

export const makeView = ({ ledger, lists, poisonIndex, notes, operations }: ViewDeps): View => ({
  async request(id) {
    const [entry, history] = await Promise.all([ledger.read(id), ledger.history(id)]);
    return entry?.request === undefined ? undefined : { entry, history };
  },
  requests: (query, log) => lists.requests(keyOf(query), pageOf(query), log),
  async groups(query) {
    const [groups, known] = await Promise.all([poisonIndex.groups(filterOf(query)), notes.all()]);
    return groups.map((group) => ({ group, note: noteFor(group, known) }));
  },
  poisonList: (query) => poisonIndex.list(filterOf(query), pageOf(query)),
  async poison(id) {
    const [entry, body, history] = await Promise.all([ledger.read(id), ledger.body(id), ledger.history(id)]);
    return entry?.poison === undefined ? undefined : { entry, body: body ?? new Uint8Array(), history };
  },
  note: (group, note) => notes.keep(group, note),
  async operation(id) {
    const operation = await operations.read(id);
    if (operation === undefined) return undefined;
    const unfinished: Item[] = [];
    for await (const items of operations.items(id, ["failed", "skipped"])) {
      unfinished.push(...items);
      if (unfinished.length >= UNFINISHED_MAX) break;
    }
    return { operation, unfinished: unfinished.slice(0, UNFINISHED_MAX) };
  },
  operations: (page) => operations.list(page),
});
