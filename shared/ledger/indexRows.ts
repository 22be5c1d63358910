import { present } from "../present.ts";
import { PoisonState, Status, type Entry, type PoisonPart, type RequestPart } from "./entry/entry.ts";
import { hashKey, newestFirst, oldestFirst, shardOf } from "./table/keys.ts";

/** A row that leads to an entry. */
export interface IndexRow {
  readonly table: "lists" | "poison";
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly columns: Readonly<Record<string, string | number>>;
}

const DESCRIPTION_MAX = 300;

/** The partition of a list of requests. */
export const listOf = {
  customer: (customerId: string): string => `customer:${customerId}`,
  ticket: (system: string, id: string): string => `ticket:${hashKey(`${system.toLowerCase()}/${id}`)}`,
  status: (status: string): string => `status:${status}`,
  cause: (category: string): string => `cause:${category}`,
  /** What is still to be proved, the oldest first. */
  proof: "proof",
} as const;

const proofRows = (id: string, proof: RequestPart["proof"]): readonly IndexRow[] =>
  proof === undefined || proof.result !== undefined
    ? []
    : [
        {
          table: "lists",
          partitionKey: listOf.proof,
          rowKey: `${oldestFirst(proof.dueAt)}~${id}`,
          columns: {},
        },
      ];

const requestRows = (id: string, request: RequestPart): readonly IndexRow[] => {
  const { body, status, acceptedAt, end, proof } = request;
  const rowKey = `${newestFirst(acceptedAt)}~${id}`;
  const partitions = [
    listOf.customer(body.customerId),
    ...(body.ticket === undefined ? [] : [listOf.ticket(body.ticket.system, body.ticket.id)]),
    listOf.status(status),
    ...(status === "refused" && end?.outcome === "refused" ? [listOf.cause(end.category)] : []),
  ];
  return [
    ...partitions.map((partitionKey) => ({ table: "lists" as const, partitionKey, rowKey, columns: {} })),
    ...proofRows(id, proof),
  ];
};

/** What the groups and the lists of poison messages show without reading the entries. */
const poisonColumns = (
  { id, request }: Entry,
  { kind, state, first, latest, failures, skipped }: PoisonPart,
): Readonly<Record<string, string | number>> => ({
  kind,
  state,
  category: latest.category,
  capturedAt: first.at,
  failedAt: latest.at,
  acceptedAt: request?.acceptedAt ?? latest.at,
  failures,
  ...present({
    code: latest.code,
    status: latest.status,
    description: latest.description?.slice(0, DESCRIPTION_MAX).toWellFormed(),
    newerRequestId: skipped?.newerRequestId,
    customerId: request?.body.customerId,
    userId: request?.body.userId,
  }),
  id,
});

/** The partition of a state; undefined when nobody looks for it any more. */
const partitionOf = (state: PoisonPart["state"], isRequest: boolean): string | undefined => {
  if (state === "open" || state === "replaying") return "open";
  // A request that has ended is found by its status; a message without one has only this row to be cleaned by
  return state === "closed" && isRequest ? undefined : state;
};

const poisonRows = (entry: Entry, poison: PoisonPart): readonly IndexRow[] => {
  const partition = partitionOf(poison.state, entry.request !== undefined);
  if (partition === undefined) return [];
  return [
    {
      table: "poison",
      partitionKey: `${partition}~${shardOf(entry.id)}`,
      // By the first refusal: the key stays the same however often it fails
      rowKey: `${newestFirst(poison.first.at)}~${entry.id}`,
      columns: poisonColumns(entry, poison),
    },
  ];
};

/** Every row that leads to an entry as it is now. */
export const indexRowsOf = (entry: Entry | undefined): readonly IndexRow[] => [
  ...(entry?.request === undefined ? [] : requestRows(entry.id, entry.request)),
  ...(entry?.poison === undefined ? [] : poisonRows(entry, entry.poison)),
];

/** Every row that may have led to an entry before: for the case that a crash left some behind. */
export const formerRowsOf = (entry: Entry): readonly IndexRow[] => {
  const { request, poison } = entry;
  return [
    ...Status.options.flatMap((status) =>
      request === undefined ? [] : requestRows(entry.id, { ...request, status }),
    ),
    ...PoisonState.options.flatMap((state) =>
      poison === undefined ? [] : poisonRows(entry, { ...poison, state }),
    ),
  ];
};

/** Two rows with the same name are the same place. */
export const nameOf = ({ table, partitionKey, rowKey }: IndexRow): string =>
  `${table}/${partitionKey}/${rowKey}`;
