import type { Clock } from "../clock.ts";
import type { Expired } from "./expired.ts";
import type { Ledger } from "./ledger.ts";
import type { Operations } from "../poison/store/operations.ts";
import type { Log } from "../log.ts";
import { hasEnded } from "../poison/progress.ts";

export interface CleanDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "remove">;
  readonly expired: Expired;
  readonly operations: Pick<Operations, "list" | "remove">;
  readonly retentionDays: number;
}

/** Takes what has ended long ago out of the ledger, for a minute at most; the next call goes on. */
export type Clean = (log: Log) => Promise<void>;

const BUDGET_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const AT_ONCE = 16;
const OPERATIONS_PAGE = 100;

export const makeClean = ({ clock, ledger, expired, operations, retentionDays }: CleanDeps): Clean => {
  const cleanEntries = async (before: string, isTimeUp: () => boolean) => {
    let requests = 0;
    let messages = 0;
    for await (const entries of expired.entries(before)) {
      for (let start = 0; start < entries.length; start += AT_ONCE) {
        const some = entries.slice(start, start + AT_ONCE);
        await Promise.all(some.map((entry) => ledger.remove(entry)));
        const ofRequests = some.filter(({ request }) => request !== undefined).length;
        requests += ofRequests;
        messages += some.length - ofRequests;
        if (isTimeUp()) return { requests, messages };
      }
    }
    return { requests, messages };
  };

  const cleanOperations = async (before: string, isTimeUp: () => boolean): Promise<number> => {
    let removed = 0;
    let after: string | undefined;
    do {
      const page = await operations.list({
        limit: OPERATIONS_PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const operation of page.items) {
        if (!hasEnded(operation) || operation.updatedAt >= before) continue;
        await operations.remove(operation);
        removed += 1;
      }
      after = page.next;
    } while (after !== undefined && !isTimeUp());
    return removed;
  };

  return async (log) => {
    const endMs = clock.now() + BUDGET_MS;
    const isTimeUp = (): boolean => clock.now() >= endMs;
    const before = new Date(clock.now() - retentionDays * DAY_MS).toISOString();
    const { requests, messages } = await cleanEntries(before, isTimeUp);
    const removed = isTimeUp() ? 0 : await cleanOperations(before, isTimeUp);
    log("ledger.cleaned", { requests, messages, operations: removed, isDone: !isTimeUp() });
  };
};
