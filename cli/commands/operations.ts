import { setTimeout as sleep } from "node:timers/promises";

import { OperationListView, OperationView } from "../../shared/http/api/views.ts";
import type { Action, Context } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { printRows, shortTime, type Column } from "../output.ts";
import { startProgress } from "../progress.ts";
import { collect } from "./requests.ts";

const POLL_MS = 500;

const pathOf = (id: string): string => `operations/${encodeURIComponent(id)}`;

type Unfinished = OperationView["unfinished"][number];

const unfinishedColumns: readonly Column<Unfinished>[] = [
  { name: "id", of: ({ id }) => id, width: { share: 3 } },
  { name: "state", of: ({ state }) => state, width: 12 },
  { name: "why", of: ({ why }) => why, width: { share: 5 } },
];

const sentenceOf = ({ kind, state, total, done, failed, skipped, reason, by }: OperationView): string =>
  [
    `${kind} by ${by}: ${state}${reason === undefined ? "" : `, ${reason}`}`,
    `${done} of ${total} done, ${failed} failed, ${skipped} skipped`,
  ].join("\n");

const printOperation = ({ io, format }: Context, operation: OperationView): void => {
  if (format === "json") {
    io.out.write(`${JSON.stringify(operation)}\n`);
    return;
  }
  if (format === "table") io.out.write(`${sentenceOf(operation)}\n`);
  if (format === "csv" || operation.unfinished.length > 0) {
    printRows(io.out, format, operation.unfinished, unfinishedColumns);
  }
};

const exitCodeOf = ({ endedAt, done, total }: OperationView): ExitCode =>
  endedAt !== undefined && done === total ? EXIT.good : EXIT.failed;

/** Follows an operation to its end and prints it. */
export const followOperation = async (context: Context, id: string): Promise<ExitCode> => {
  const { client, io } = context;
  const progress = startProgress(io.err, "done");
  let operation = await client.get(OperationView, pathOf(id));
  try {
    while (operation.endedAt === undefined && !io.signal.aborted) {
      progress.update(operation.done + operation.failed + operation.skipped, operation.total);
      await sleep(POLL_MS, undefined, { signal: io.signal }).catch(() => undefined);
      if (!io.signal.aborted) operation = await client.get(OperationView, pathOf(id));
    }
  } finally {
    progress.stop();
  }
  printOperation(context, operation);
  // It goes on without us
  return io.signal.aborted ? EXIT.interrupted : exitCodeOf(operation);
};

/** license-relay operation ID */
export const operation =
  (id: string, { wait }: { readonly wait?: boolean }): Action =>
  async (context) => {
    if (wait === true) return followOperation(context, id);
    printOperation(context, await context.client.get(OperationView, pathOf(id)));
    return EXIT.good;
  };

type Listed = OperationListView["items"][number];

const listColumns: readonly Column<Listed>[] = [
  { name: "id", of: ({ id }) => id, width: { share: 4 } },
  { name: "kind", of: ({ kind }) => kind, width: 9 },
  { name: "state", of: ({ state }) => state, width: 12 },
  { name: "by", of: ({ by }) => by, width: { share: 2 } },
  { name: "started", of: ({ createdAt }) => shortTime(createdAt), width: 12 },
  { name: "done", of: ({ done, total }) => `${done}/${total}`, width: 13 },
  { name: "refused", of: ({ failed }) => failed, width: 9 },
  { name: "skipped", of: ({ skipped }) => skipped, width: 9 },
];

/** license-relay operations */
export const operations =
  ({ limit }: { readonly limit: number }): Action =>
  async ({ client, io, format }) => {
    const items = await collect("operations?", limit, (path) => client.get(OperationListView, path));
    printRows(io.out, format, items, listColumns);
    return EXIT.good;
  };

/** license-relay cancel ID */
export const cancel =
  (id: string): Action =>
  async (context) => {
    const { client, by } = context;
    printOperation(context, await client.send("POST", OperationView, `${pathOf(id)}/cancel`, { by }));
    return EXIT.good;
  };
