import { setTimeout as sleep } from "node:timers/promises";

import { AcceptedView, StatusView } from "../../shared/http/api/views.ts";
import { present } from "../../shared/present.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import { reasonOf } from "../client.ts";
import type { Action, Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { printRows, shortTime, type Column } from "../output.ts";
import { startProgress } from "../progress.ts";
import { readRequests } from "../readRequests.ts";
import { preview as previewFile } from "./preview.ts";

export interface SubmitOptions {
  readonly concurrency: number;
  readonly timeout: number;
  readonly wait?: boolean;
  readonly preview?: boolean;
}

interface Row {
  readonly requestId: string;
  readonly status: string;
  readonly detail?: string;
}

const columns: readonly Column<Row>[] = [
  { name: "requestId", of: ({ requestId }) => requestId, width: { share: 3 } },
  { name: "status", of: ({ status }) => status, width: 13 },
  { name: "detail", of: ({ detail }) => detail, width: { share: 4 } },
];

const ENDS: ReadonlySet<string> = new Set(["applied", "refused", "discarded"]);
const BAD: ReadonlySet<string> = new Set(["rejected", "not sent", "refused", "discarded", "unfinished"]);
const POLL_MS = 500;

const sendOne = async ({ client }: Context, request: LicenseRequest, timeoutMs: number): Promise<Row> => {
  const { requestId } = request;
  const answer = await client.post("license-updates", request, timeoutMs);
  const { data } = AcceptedView.safeParse(answer.body);
  return answer.status < 300 && data !== undefined
    ? { requestId, status: data.status }
    : { requestId, status: "rejected", detail: reasonOf(answer) };
};

const followOne = async ({ client, io }: Context, row: Row, timeoutMs: number): Promise<Row> => {
  const { requestId } = row;
  if (row.status === "rejected") return row;
  const endMs = Date.now() + timeoutMs;
  while (Date.now() < endMs) {
    const { status, outcome, parked } = await client.get(
      StatusView,
      `license-updates/${encodeURIComponent(requestId)}`,
    );
    if (parked !== undefined)
      return { requestId, status, detail: `waits for a free seat until ${shortTime(parked.until)}` };
    if (ENDS.has(status)) {
      const detail = outcome?.outcome === "refused" ? `${outcome.category}: ${outcome.remedy}` : undefined;
      return present({ requestId, status, detail });
    }
    await sleep(POLL_MS, undefined, { signal: io.signal }).catch(() => undefined);
    if (io.signal.aborted) break;
  }
  return { requestId, status: "unfinished", detail: "it has not ended yet; ask with: license-relay status" };
};

/** Requests of one user are sent one after the other: their order counts. */
const byUser = (requests: readonly LicenseRequest[]): LicenseRequest[][] => {
  const users = new Map<string, LicenseRequest[]>();
  for (const request of requests) {
    const key = `${request.customerId}/${request.userId.toLowerCase()}`;
    const known = users.get(key);
    if (known === undefined) users.set(key, [request]);
    else known.push(request);
  }
  return [...users.values()];
};

/** license-relay submit FILE */
export const submit = (file: string, options: SubmitOptions): Action =>
  options.preview === true
    ? previewFile(file, options.concurrency, options.timeout * 1000)
    : send(file, options);

const send =
  (file: string, { concurrency, timeout, wait }: SubmitOptions): Action =>
  async (context) => {
    const { io, format } = context;
    const requests = await readRequests(file, io.readStdin);
    const rows = new Map<string, Row>();
    const progress = startProgress(io.err, "sent");
    let problem: CliError | undefined;
    const queue = byUser(requests);

    const sendUser = async (list: readonly LicenseRequest[]): Promise<void> => {
      for (const request of list) {
        if (problem !== undefined || io.signal.aborted) return;
        const sent = await sendOne(context, request, timeout * 1000);
        rows.set(request.requestId, wait === true ? await followOne(context, sent, timeout * 1000) : sent);
        progress.update(rows.size, requests.length);
      }
    };
    const work = async (): Promise<void> => {
      for (let list = queue.shift(); list !== undefined; list = queue.shift()) {
        try {
          await sendUser(list);
        } catch (error) {
          if (!(error instanceof CliError)) throw error;
          problem ??= error;
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: concurrency }, () => work()));
    } finally {
      progress.stop();
    }

    // What was not sent is named too: the file can be sent again as it is
    const all = requests.map(
      ({ requestId }): Row => rows.get(requestId) ?? { requestId, status: "not sent" },
    );
    printRows(io.out, format, all, columns);
    const bad = all.filter(({ status }) => BAD.has(status)).length;
    if (format === "table") io.err.write(`${requests.length - bad} of ${requests.length} went well\n`);
    if (io.signal.aborted) return EXIT.interrupted;
    if (problem !== undefined) throw problem;
    return bad === 0 ? EXIT.good : EXIT.failed;
  };
