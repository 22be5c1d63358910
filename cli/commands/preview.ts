import { PreviewView } from "../../shared/http/api/views.ts";
import { present } from "../../shared/present.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import { reasonOf } from "../client.ts";
import type { Action, Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { printRows, type Column } from "../output.ts";
import { startProgress } from "../progress.ts";
import { readRequests } from "../readRequests.ts";

/** One license of one request, and what would come of it. */
interface Row {
  readonly requestId: string;
  readonly user: string;
  readonly license: string;
  readonly result: string;
  readonly available?: number;
  readonly detail?: string;
}

const columns: readonly Column<Row>[] = [
  { name: "requestId", of: ({ requestId }) => requestId, width: { share: 3 } },
  { name: "user", of: ({ user }) => user, width: { share: 3 } },
  { name: "license", of: ({ license }) => license, width: { share: 2 } },
  { name: "result", of: ({ result }) => result, width: 18 },
  { name: "seats", of: ({ available }) => available, width: 7 },
  { name: "detail", of: ({ detail }) => detail, width: { share: 4 } },
];

const GOOD: ReadonlySet<string> = new Set(["assign", "change plans", "remove", "already so"]);

const toRows = ({ requestId, userId, user, refusal, items }: PreviewView): readonly Row[] => {
  const name = user === undefined ? userId : user.userPrincipalName;
  if (refusal !== undefined) {
    const { category, description, remedy } = refusal;
    return [{ requestId, user: name, license: "", result: category, detail: `${description}. ${remedy}` }];
  }
  return items.map(({ skuPartNumber, skuId, result, available, detail }) => ({
    requestId,
    user: name,
    license: skuPartNumber ?? skuId,
    result,
    ...present({ available, detail }),
  }));
};

const previewOne = async (
  { client }: Context,
  request: LicenseRequest,
  timeoutMs: number,
): Promise<readonly Row[]> => {
  const answer = await client.post("license-updates/preview", request, timeoutMs);
  const { data } = PreviewView.safeParse(answer.body);
  if (answer.status === 200 && data !== undefined) return toRows(data);
  const { requestId, userId } = request;
  return [{ requestId, user: userId, license: "", result: "unknown", detail: reasonOf(answer) }];
};

/** license-relay submit FILE --preview */
export const preview =
  (file: string, concurrency: number, timeoutMs: number): Action =>
  async (context) => {
    const { io, format } = context;
    const requests = await readRequests(file, io.readStdin);
    const rows = new Map<string, readonly Row[]>();
    const progress = startProgress(io.err, "looked at");
    const queue = [...requests];
    let problem: CliError | undefined;
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (problem !== undefined || io.signal.aborted) return;
        try {
          rows.set(next.requestId, await previewOne(context, next, timeoutMs));
        } catch (error) {
          if (!(error instanceof CliError)) throw error;
          problem ??= error;
        }
        progress.update(rows.size, requests.length);
      }
    };
    try {
      await Promise.all(Array.from({ length: concurrency }, () => work()));
    } finally {
      progress.stop();
    }
    const all = requests.flatMap(({ requestId }) => rows.get(requestId) ?? []);
    printRows(io.out, format, all, columns);
    const bad = all.filter(({ result }) => !GOOD.has(result)).length;
    if (format === "table")
      io.err.write(`Nothing was sent. ${all.length - bad} of ${all.length} would go well\n`);
    if (io.signal.aborted) return EXIT.interrupted;
    if (problem !== undefined) throw problem;
    return bad === 0 ? EXIT.good : EXIT.failed;
  };
