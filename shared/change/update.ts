import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { durationMs } from "../request/duration.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { startHold, type Hold, type HoldSettings } from "../wait/hold.ts";
import { makeAttempt, type AttemptContext, type AttemptDeps, type HeldStep } from "./attempt.ts";

export interface UpdateDeps extends HoldSettings, AttemptDeps {
  readonly clock: Clock;
}

export interface UpdateContext extends AttemptContext {
  /** Told of every wait before it begins. */
  readonly onWait: (wait: HeldStep, waitMs: number) => Promise<void>;
}

/**
 * Behind the gate a delivery is held for longer: only another token, or an operator, ends that. With the hold of
 * HOLD_BUDGET_SECONDS (240 by default) before it, still shorter than functionTimeout in host.json (30 min).
 */
export const GATE_BUDGET_MS = 20 * 60_000;

/** Applies one request, held while trouble passes, within the hold budget. Throws only on a defect. */
export type Update = (request: LicenseRequest, context: UpdateContext, log: Log) => Promise<Outcome>;

export const makeUpdate =
  (deps: UpdateDeps): Update =>
  async (request, context, log) => {
    const hold = startHold(deps.clock, deps);
    let holdAtGate: Hold | undefined;
    const attempt = makeAttempt(deps, request, context, log);
    for (;;) {
      const step = await attempt.next();
      if (step.kind === "again") continue;
      if (step.kind !== "hold") return step;
      const { kind: _hold, retryAfterMs, ...held } = step;
      const { category, why } = held;
      const { attempts } = attempt;
      const { requestId } = request;
      const wait =
        category === "token-gate"
          ? (holdAtGate ??= startHold(deps.clock, { ...deps, holdBudgetMs: GATE_BUDGET_MS }))
          : hold;
      const hasTime = await wait(retryAfterMs, async (waitMs) => {
        log("update.held", { requestId, category, why, waitMs, attempts });
        await context.onWait({ ...held, attempts }, waitMs);
      });
      if (!hasTime) return { kind: "notNow", category, why, attempts };
    }
  };

/** Until when a request that is accepted now waits for seats; undefined when it does not wait. */
export const seatsUntilOf = ({ waitForSeats }: LicenseRequest, nowMs: number): string | undefined => {
  const waitMs = waitForSeats === undefined ? undefined : durationMs(waitForSeats);
  return waitMs === undefined ? undefined : new Date(nowMs + waitMs).toISOString();
};
