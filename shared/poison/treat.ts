import type { Clock } from "../clock.ts";
import type { Change } from "../ledger/entry/change.ts";
import type { Entry, PoisonPart } from "../ledger/entry/entry.ts";
import {
  discardPoison,
  giveUpReplay,
  intendReplay,
  markSent,
  restorePoison,
  type ArchiveDecision,
} from "../ledger/entry/poison.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import type { PoisonKey } from "../message/poisonMessage.ts";
import { present } from "../present.ts";
import { resultInHistory, resultOf, withResult, type ItemResult } from "./items.ts";
import type { Item, Operation } from "./operation.ts";
import { isPassing, whyOf } from "./trouble.ts";

export interface TreatDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "read" | "change" | "body" | "history">;
  /** Sends the untouched body again; throws when the broker did not say that it has it. */
  readonly sendReplay: (
    key: PoisonKey,
    body: Uint8Array,
    poison: Pick<PoisonPart, "kind" | "original">,
    lane: string,
  ) => Promise<void>;
  /** Publishes how a request ended. */
  readonly published: (entry: Entry, log: Log) => Promise<void>;
}

/** What an operation does with one poison message. Each may be done again after a crash: neither loses nor doubles. */
export interface Treat {
  /** Begins an item: it comes back sent, or with its result. */
  readonly start: (operation: Operation, item: Item, log: Log) => Promise<Item>;
  /** The item with its result; undefined while it is under way. */
  readonly look: (item: Item) => Promise<Item | undefined>;
}

/** What would come to the same at every try is the item's result: it must not keep the others waiting. */
const failedOr = (item: Item, error: unknown): Item => {
  if (isPassing(error)) throw error;
  return { ...item, state: "failed", why: whyOf(error) };
};

const skipped = (item: Item, why: string): Item => ({ ...item, state: "skipped", why });

export const makeTreat = ({ clock, ledger, sendReplay, published }: TreatDeps): Treat => {
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const resultAt = async (item: Item, entry: Entry | undefined, run: number): Promise<ItemResult> => {
    const result = resultOf(entry, run);
    return result.kind === "inHistory" ? resultInHistory(await ledger.history(item.poisonId), run) : result;
  };

  const replay = async (operation: Operation, item: Item): Promise<Item> => {
    const { id: operationId, by, force } = operation;
    const { poisonId } = item;
    const at = nowIso();
    const decided = await ledger.change(poisonId, (entry) =>
      intendReplay(entry, { operationId, by, force, at }),
    );
    if (decided.kind === "unfit") return skipped(item, decided.why);
    // Sent before a crash
    if (decided.kind === "over") {
      return withResult(item, await resultAt(item, decided.entry, decided.run)) ?? item;
    }
    const body = await ledger.body(poisonId);
    if (body === undefined) return skipped(item, "its body is not in the ledger");
    const { run, poison } = decided;
    try {
      await sendReplay({ id: poisonId, run }, body, poison, item.lane);
    } catch (error) {
      if (!isPassing(error))
        await ledger.change(poisonId, (entry) => giveUpReplay(entry, operationId, whyOf(error), nowIso()));
      throw error;
    }
    await ledger.change(poisonId, (entry) => markSent(entry, operationId, nowIso()));
    return { ...item, state: "sent", run };
  };

  const archive = async (operation: Operation, item: Item, log: Log): Promise<Item> => {
    const { id: operationId, by, why, kind } = operation;
    const archiving = { operationId, by, at: nowIso(), ...present({ why }) };
    const decide = kind === "discard" ? discardPoison : restorePoison;
    let after: Entry | undefined;
    const decided = await ledger.change(
      item.poisonId,
      (entry): ArchiveDecision & { readonly change?: Change } => {
        const decision = decide(entry, archiving);
        after = decision.kind === "done" ? (decision.change?.entry ?? entry) : undefined;
        return decision;
      },
    );
    if (decided.kind === "unfit") return skipped(item, decided.why);
    if (after !== undefined) await published(after, log);
    return { ...item, state: "done" };
  };

  return {
    async start(operation, item, log) {
      try {
        return await (operation.kind === "replay" ? replay(operation, item) : archive(operation, item, log));
      } catch (error) {
        return failedOr(item, error);
      }
    },
    async look(item) {
      const { run } = item;
      if (run === undefined) return undefined;
      try {
        return withResult(item, await resultAt(item, await ledger.read(item.poisonId), run));
      } catch (error) {
        return failedOr(item, error);
      }
    },
  };
};
