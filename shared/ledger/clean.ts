import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Entries } from "./entries.ts";
import type { Expired } from "./expired.ts";

export interface CleanDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Entries, "remove">;
  readonly expired: Expired;
  /** Removes operations that ended before `before` (ISO 8601), until the time is up. @returns how many */
  readonly removeOperations: (before: string, isTimeUp: () => boolean) => Promise<number>;
  /** Removes bodies that were kept before `before` (ISO 8601) for an entry that never came to be. @returns how many */
  readonly removeStrayBodies: (before: string, isTimeUp: () => boolean) => Promise<number>;
  readonly retentionDays: number;
}

/** Removes what has ended long ago from the ledger, for a minute at most; the next call goes on. */
export type Clean = (log: Log) => Promise<void>;

const BUDGET_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const AT_ONCE = 16;

export const makeClean = (deps: CleanDeps): Clean => {
  const { clock, ledger, expired, removeOperations, removeStrayBodies, retentionDays } = deps;
  const cleanEntries = async (before: string, isTimeUp: () => boolean, log: Log) => {
    let requests = 0;
    let messages = 0;
    for await (const entries of expired.entries(before, log)) {
      for (let start = 0; start < entries.length; start += AT_ONCE) {
        const some = entries.slice(start, start + AT_ONCE);
        await Promise.all(some.map((entry) => ledger.remove(entry)));
        const ofRequests = some.filter(({ request }) => request !== undefined).length;
        requests += ofRequests;
        messages += some.length - ofRequests;
        if (isTimeUp()) return { requests, messages };
      }
      if (isTimeUp()) break;
    }
    return { requests, messages };
  };

  return async (log) => {
    const endMs = clock.now() + BUDGET_MS;
    const isTimeUp = (): boolean => clock.now() >= endMs;
    const before = new Date(clock.now() - retentionDays * DAY_MS).toISOString();
    const { requests, messages } = await cleanEntries(before, isTimeUp, log);
    const operations = isTimeUp() ? 0 : await removeOperations(before, isTimeUp);
    const bodies = isTimeUp() ? 0 : await removeStrayBodies(before, isTimeUp);
    log("ledger.cleaned", { requests, messages, operations, bodies, isDone: !isTimeUp() });
  };
};
