import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../outcome/delivery.ts";
import { toEvent, type OutcomeEvent } from "../outcome/event.ts";
import type { Applied, Refused } from "../outcome/outcome.ts";
import { toPoison, type PoisonMessage } from "../outcome/poison.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { startHold, type HoldSettings } from "./hold.ts";

export interface SettleDeps extends HoldSettings {
  readonly clock: Clock;
  /** Each throws when the broker did not say that it has the message. */
  readonly sendPoison: (message: PoisonMessage) => Promise<void>;
  readonly sendOutcome: (event: OutcomeEvent) => Promise<void>;
}

/** What is known of the message that ended. Without a request it broke the contract. */
export interface Ended {
  readonly delivery: Delivery;
  readonly request?: LicenseRequest;
}

export interface Settle {
  /** Tells that a request was applied. Throws when that cannot be told: give the message back. */
  readonly applied: (end: Applied, request: LicenseRequest, delivery: Delivery, log: Log) => Promise<void>;
  /** Captures a refusal as a poison message and tells of it. Throws when it cannot be: give the message back. */
  readonly refused: (end: Refused, ended: Ended, log: Log) => Promise<void>;
}

/** The ends of a request. Sent again after a crash, both messages have the id they had before. */
export const makeSettle = (deps: SettleDeps): Settle => {
  const { clock, sendPoison, sendOutcome } = deps;
  const today = (): Date => new Date(clock.now());

  /** Sends until the broker has it or the hold budget is used up; then throws what the last try threw. */
  const sendHeld = async (entity: string, send: () => Promise<void>, log: Log): Promise<void> => {
    const hold = startHold(clock, deps);
    for (;;) {
      try {
        return await send();
      } catch (error) {
        const why = error instanceof Error ? error.message : "unknown";
        const hasTime = await hold(0, (waitMs) => {
          log("send.held", { entity, why, waitMs });
        });
        if (!hasTime) throw error;
      }
    }
  };

  const publish = async (end: Applied | Refused, request: LicenseRequest, delivery: Delivery, log: Log) => {
    const event = toEvent(end, delivery, request, today());
    await sendHeld("license-outcomes", () => sendOutcome(event), log);
  };

  return {
    async applied(end, request, delivery, log) {
      await publish(end, request, delivery, log);
      const { requestId, customerId } = request;
      const { status, alreadySo, warnings, attempts, ids } = end;
      log("update.applied", {
        requestId,
        customerId,
        status,
        alreadySo,
        warnings: warnings.length,
        attempts,
        msRequestId: ids?.msRequestId,
      });
    },
    async refused(end, { delivery, request }, log) {
      const poison = toPoison(end, delivery, request, today());
      await sendHeld("license-updates-poison", () => sendPoison(poison), log);
      if (request !== undefined) await publish(end, request, delivery, log);
      const { cause, status, code, attempts, ids } = end;
      log("update.refused", {
        requestId: request?.requestId,
        customerId: request?.customerId,
        category: cause.category,
        owner: cause.owner,
        status,
        code,
        attempts,
        msRequestId: ids?.msRequestId,
        remedy: cause.remedy,
      });
    },
  };
};
