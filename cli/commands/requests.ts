import { StatusListView, StatusView } from "../../shared/http/api/views.ts";
import type { Step } from "../../shared/ledger/entry/entry.ts";
import type { Action, Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { printRows, shortTime, type Column } from "../output.ts";

const answerOf = ({ status, code }: Step): string =>
  status === undefined ? "" : `${status}${code === undefined ? "" : `/${code}`}`;

const stepColumns: readonly Column<Step>[] = [
  { name: "when", of: ({ at }) => shortTime(at), width: 12 },
  { name: "step", of: ({ event }) => event, width: 12 },
  { name: "replay", of: ({ run }) => (run === 0 ? "" : run), width: 8 },
  { name: "answer", of: answerOf, width: 12 },
  { name: "why", of: ({ why, category }) => why ?? category, width: { share: 5 } },
  { name: "by", of: ({ by }) => by, width: { share: 2 } },
];

const outcomeLines = ({ outcome, waiting }: StatusView): readonly string[] => {
  if (waiting !== undefined) return [`waits     ${waiting.why}, until ${shortTime(waiting.until)}`];
  if (outcome?.outcome === "refused") {
    const { category, description, meaning, owner, remedy } = outcome;
    return [`why       ${category}: ${description ?? meaning}`, `whose     ${owner}`, `what to do ${remedy}`];
  }
  return [];
};

/** license-relay status ID */
export const status =
  (id: string): Action =>
  async ({ client, io, format }) => {
    const view = await client.get(StatusView, `license-updates/${encodeURIComponent(id)}`);
    if (format === "json") io.out.write(`${JSON.stringify(view)}\n`);
    else if (format === "csv") printRows(io.out, "csv", view.history, stepColumns);
    else {
      const { requestId, request } = view;
      const lines = [
        `request   ${requestId}`,
        `status    ${view.status}`,
        `customer  ${request.customerId}`,
        `user      ${request.userId}`,
        ...outcomeLines(view),
      ];
      io.out.write(`${lines.join("\n")}\n`);
      printRows(io.out, "table", view.history, stepColumns);
    }
    return EXIT.good;
  };

export interface ListOptions {
  readonly customer?: string;
  readonly ticket?: string;
  readonly status?: string;
  readonly category?: string;
  readonly limit: number;
}

type Item = StatusListView["items"][number];

const listColumns: readonly Column<Item>[] = [
  { name: "requestId", of: ({ requestId }) => requestId, width: { share: 4 } },
  { name: "status", of: (item) => item.status, width: 13 },
  { name: "accepted", of: ({ acceptedAt }) => shortTime(acceptedAt), width: 12 },
  { name: "customer", of: ({ request }) => request.customerId, width: { share: 4 } },
  { name: "user", of: ({ request }) => request.userId, width: { share: 4 } },
  {
    name: "cause",
    of: ({ outcome }) => (outcome?.outcome === "refused" ? outcome.category : ""),
    width: { share: 2 },
  },
];

const PAGE_MAX = 200;

/** Follows the pages of a list up to a number of rows. */
export const collect = async <T>(
  first: string,
  limit: number,
  read: (path: string) => Promise<{ readonly items: readonly T[]; readonly next?: string }>,
): Promise<readonly T[]> => {
  const items: T[] = [];
  let path: string | undefined = `${first}&limit=${Math.min(limit, PAGE_MAX)}`;
  while (path !== undefined && items.length < limit) {
    const page: { readonly items: readonly T[]; readonly next?: string } = await read(path);
    items.push(...page.items);
    path = page.next;
  }
  return items.slice(0, limit);
};

/** license-relay list */
export const list =
  ({ customer, ticket, status: state, category, limit }: ListOptions): Action =>
  async ({ client, io, format }: Context) => {
    const given = Object.entries({ customerId: customer, ticket, status: state, category }).flatMap(
      ([name, value]) => (value === undefined ? [] : [[name, value] as const]),
    );
    const [filter, other] = given;
    if (filter === undefined || other !== undefined) {
      throw new CliError(
        EXIT.usage,
        "Cannot list: give exactly one of --customer, --ticket, --status, --category",
      );
    }
    const first = `license-updates?${filter[0]}=${encodeURIComponent(filter[1])}`;
    printRows(
      io.out,
      format,
      await collect(first, limit, (path) => client.get(StatusListView, path)),
      listColumns,
    );
    return EXIT.good;
  };
