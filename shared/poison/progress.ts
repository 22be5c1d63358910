import { present } from "../present.ts";
import type { Item, Operation } from "./operation.ts";

/** How many items have which result. */
export type Counts = Pick<Operation, "done" | "failed" | "skipped">;

export const NO_COUNTS: Counts = { done: 0, failed: 0, skipped: 0 };

/** The counts with these results added. */
export const addCounts = (counts: Counts, items: readonly Item[]): Counts => {
  const { done, failed, skipped } = counts;
  const countOf = (state: Item["state"]): number => items.filter((item) => item.state === state).length;
  return {
    done: done + countOf("done"),
    failed: failed + countOf("failed"),
    skipped: skipped + countOf("skipped"),
  };
};

const ended = (operation: Operation, state: Operation["state"], at: string, reason?: string): Operation => ({
  ...operation,
  state,
  endedAt: at,
  ...present({ reason }),
});

/** What is seen of an operation at one moment. */
export interface Seen {
  readonly counts: Counts;
  /** Items that came to their result since the last look, in their order. */
  readonly results: readonly Item[];
  /** Nothing is under way. */
  readonly isIdle: boolean;
  /** Nothing is under way and nothing is left. */
  readonly isOver: boolean;
  readonly at: string;
}

/** An operation that has ended stays as it is. */
export const hasEnded = ({ endedAt }: Operation): boolean => endedAt !== undefined;

/** The operation after a look at its items. Pure. */
export const advance = (before: Operation, { counts, results, isIdle, isOver, at }: Seen): Operation => {
  const operation: Operation = { ...before, ...counts, updatedAt: at };
  switch (operation.state) {
    case "canary": {
      // By the counts: after a crash the result of the canary may have been noted before
      if (counts.failed > 0) {
        const canary = results.find(({ state }) => state === "failed");
        const who = canary === undefined ? "" : ` "${canary.poisonId}"`;
        const why = canary?.why === undefined ? "" : `: ${canary.why}`;
        return ended(operation, "stopped", at, `the canary${who} failed${why}`);
      }
      if (isOver) return ended(operation, "done", at);
      return counts.done > 0 ? { ...operation, state: "running" } : operation;
    }
    case "running":
      return isOver ? ended(operation, "done", at) : operation;
    case "cancelling":
      return isIdle ? ended(operation, "cancelled", at) : operation;
    case "freezing":
    case "done":
    case "cancelled":
    case "stopped":
      return operation;
    default:
      return operation.state satisfies never;
  }
};

/** The operation when it would fail in the same way for ever. Pure. */
export const stopped = (operation: Operation, why: string, at: string): Operation =>
  hasEnded(operation) ? operation : ended({ ...operation, updatedAt: at }, "stopped", at, why);

/** The operation once its set is frozen. Pure. */
export const frozen = (operation: Operation, total: number, at: string): Operation => {
  const next = { ...operation, total, updatedAt: at };
  if (operation.state !== "freezing") return next;
  return { ...next, state: operation.kind === "replay" && operation.canary ? "canary" : "running" };
};

/** The operation once somebody wants it to end. Pure; undefined when there is nothing to cancel. */
export const cancelled = (operation: Operation, by: string, at: string): Operation | undefined =>
  hasEnded(operation) || operation.state === "cancelling"
    ? undefined
    : { ...operation, state: "cancelling", reason: `cancelled by ${by}`, updatedAt: at };
