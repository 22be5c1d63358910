import type { Clock } from "../clock.ts";
import type { DueProofs } from "../ledger/dueProofs.ts";
import type { Entry, RequestPart } from "../ledger/entry/entry.ts";
import { noteProof, type ProofResult } from "../ledger/entry/proof.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { About } from "../ledger/newest.ts";
import { LedgerError } from "../ledger/table/errors.ts";
import type { Log } from "../log.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { remainingOf } from "../sku/remaining.ts";
import { resolve } from "../sku/resolve.ts";
import { isEmpty } from "../sku/wish.ts";
import { CannotRead } from "./reader.ts";
import type { ReadState, UserState } from "./readState.ts";

export interface ProveDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "change">;
  readonly due: DueProofs;
  readonly readState: ReadState;
  readonly newerThan: (about: About, acceptedAt: string) => Promise<string | undefined>;
}

/** Looks for applied changes whose time has come, for a while at most; the next call goes on. */
export type Prove = (log: Log) => Promise<void>;

const BUDGET_MS = 45_000;
const AT_ONCE = 8;

interface One {
  readonly entry: Entry;
  readonly request: RequestPart;
}

const keyOf = ({ customerId, userId }: LicenseRequest): string => `${customerId}/${userId.toLowerCase()}`;

const WORDS: Readonly<Record<ProofResult, string>> = {
  seen: "the user's licenses show it",
  notYetVisible: "it was accepted, and the user's licenses do not show it",
  overtaken: "a newer request has changed it since",
  unknown: "the user's licenses could not be read",
};

/** Trouble of one entry, which no waiting ends. */
const PASSED_OVER: ReadonlySet<string> = new Set(["unreadable", "unwritable"]);

export const makeProve = ({ clock, ledger, due, readState, newerThan }: ProveDeps): Prove => {
  const judge = async ({ request }: One, state: UserState): Promise<ProofResult> => {
    if (state.kind === "unreadable") return "unknown";
    const { body, acceptedAt, skuIds } = request;
    const resolved = resolve(body, state.catalog);
    if (resolved.kind === "unknown") return "unknown";
    if (isEmpty(remainingOf(resolved.wish, state.held, state.catalog))) return "seen";
    const about = present({ request: body, skuIds });
    return (await newerThan(about, acceptedAt)) === undefined ? "notYetVisible" : "overtaken";
  };

  const note = async (one: One, state: UserState, log: Log): Promise<void> => {
    const result = await judge(one, state);
    const why = WORDS[result];
    const at = new Date(clock.now()).toISOString();
    await ledger.change(one.entry.id, (entry) => noteProof(entry, result, why, at));
    log("proof.noted", { requestId: one.entry.id, result, why });
  };

  /** What cannot be read in the ledger stays due: the others must not wait until somebody has mended it. */
  const noteOrPass = async (one: One, state: UserState, log: Log): Promise<void> => {
    try {
      await note(one, state, log);
    } catch (error) {
      if (!(error instanceof LedgerError) || !PASSED_OVER.has(error.code)) throw error;
      log("ledger.passedOver", { entries: 1, ids: one.entry.id, remedy: error.message });
    }
  };

  /** One read of a user does for all requests of that user. */
  const proveAll = async (all: readonly One[], log: Log): Promise<void> => {
    const users = [...Map.groupBy(all, ({ request }) => keyOf(request.body)).values()];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let some = users.shift(); some !== undefined; some = users.shift()) {
          const [first] = some;
          if (first === undefined) continue;
          const state = await readState(first.request.body, log);
          for (const one of some) await noteOrPass(one, state, log);
        }
      }),
    );
  };

  return async (log) => {
    const endMs = clock.now() + BUDGET_MS;
    try {
      for await (const entries of due.entries(new Date(clock.now()).toISOString(), log)) {
        const all = entries.flatMap((entry): readonly One[] =>
          entry.request === undefined ? [] : [{ entry, request: entry.request }],
        );
        await proveAll(all, log);
        if (clock.now() >= endMs) return;
      }
    } catch (error) {
      if (!(error instanceof CannotRead)) throw error;
      // What was not looked for stays due
      log("step.held", { what: "proofs", why: error.message, waitMs: error.retryAfterMs });
    }
  };
};
