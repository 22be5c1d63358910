import { randomUUID } from "node:crypto";

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { present } from "../present.ts";
import type { ArchiveInput, ReplayInput } from "./inputs.ts";
import type { Operation, OperationKind, Selection } from "./operation.ts";
import { cancelled, hasEnded } from "./progress.ts";
import type { Operations } from "./store/operations.ts";
import { isPassing, whyOf } from "./trouble.ts";

export interface ManageDeps {
  readonly clock: Clock;
  readonly operations: Operations;
  /** Sends the operation a message to be begun, or gone on with. */
  readonly sendTick: (operationId: string, tick: number) => Promise<void>;
  /** One that has not moved for so long has no message any more. */
  readonly stalledMs: number;
}

/** Operations as an operator handles them. All but `resume` throw when the ledger or the queue is out of reach. */
export interface Manage {
  readonly start: (
    kind: OperationKind,
    input: ArchiveInput & Partial<Pick<ReplayInput, "canary" | "force" | "ratePerSecond">>,
    by: string,
    log: Log,
  ) => Promise<Operation>;
  readonly cancel: (id: string, by: string) => Promise<Operation | undefined>;
  /** Wakes operations that have not moved for a while, because a message of theirs was lost or given up. */
  readonly resume: (log: Log) => Promise<void>;
}

const toSelection = ({ ids, category, code, customerId }: ArchiveInput): Selection =>
  present({ ids, category, code, customerId });

export const makeManage = ({ clock, operations, sendTick, stalledMs }: ManageDeps): Manage => {
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const wake = async (id: string): Promise<void> => {
    const next = await operations.change(id, (now) => ({
      ...now,
      ticks: now.ticks + 1,
      updatedAt: nowIso(),
    }));
    if (next !== undefined) await sendTick(id, next.ticks);
  };

  /** Undefined also for one that cannot be read: it must not keep the others asleep. */
  const read = async (id: string, log: Log): Promise<Operation | undefined> => {
    try {
      return await operations.read(id);
    } catch (error) {
      if (isPassing(error)) throw error;
      log("operation.unread", { operationId: id, why: whyOf(error) });
      return undefined;
    }
  };

  return {
    async start(kind, input, by, log) {
      const { why, canary = false, force = false, ratePerSecond } = input;
      const at = nowIso();
      const operation: Operation = {
        version: 1,
        id: randomUUID(),
        kind,
        state: "freezing",
        selection: toSelection(input),
        by,
        ...present({ why }),
        canary,
        force,
        ...present({ ratePerSecond }),
        createdAt: at,
        updatedAt: at,
        total: 0,
        done: 0,
        failed: 0,
        skipped: 0,
        ticks: 0,
      };
      await operations.create(operation);
      try {
        await sendTick(operation.id, 0);
      } catch (error) {
        // Whoever asked hears that it failed: it must not begin later by itself
        await operations.change(operation.id, (now) => ({
          ...now,
          state: "cancelled",
          endedAt: nowIso(),
          reason: "the queue was out of reach",
        }));
        throw error;
      }
      log("operation.started", { operationId: operation.id, kind, by });
      return operation;
    },
    cancel: (id, by) => operations.change(id, (operation) => cancelled(operation, by, nowIso())),
    async resume(log) {
      const before = new Date(clock.now() - stalledMs).toISOString();
      for (const id of await operations.active()) {
        const operation = await read(id, log);
        if (operation === undefined || hasEnded(operation) || operation.updatedAt > before) continue;
        await wake(id);
        log("operation.resumed", { operationId: id });
      }
    },
  };
};
