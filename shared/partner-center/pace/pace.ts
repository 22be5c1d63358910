import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { makeBlame, type Blame } from "./blame.ts";
import { makeLimiter } from "./limiter.ts";

/** What the pace is now, for health and metrics. Rates are calls per second of this instance. */
export interface PaceState {
  readonly partnerCallsPerSecond: number;
  /** ISO 8601; absent when calls may pass. */
  readonly partnerHeldUntil?: string;
  /** Customers who are held or slowed now. */
  readonly customersSlowed: number;
  readonly waiting: number;
  readonly calls: number;
  readonly throttled: number;
}

/** The pace of all calls of this instance: one limiter for the partner, one for each customer who is throttled. */
export interface Pace {
  /**
   * Waits until a call about the customer may go out.
   * @returns undefined: it goes out now; else it is not to go out, and may be tried after so many milliseconds
   */
  turn(customerId: string): Promise<number | undefined>;
  /** What came of a call that went out. @param status undefined when there was no answer */
  answered(customerId: string, status: number | undefined, retryAfterMs: number): void;
  state(): PaceState;
  /** Logs the state, at most now and then. */
  report(log: Log): void;
}

export interface PaceOptions {
  readonly clock: Clock;
  /** Calls per second at most, of this instance. */
  readonly maxRate: number;
}

/** Nobody waits here for longer: a message that has to is to be seen waiting. */
const WAIT_MAX_MS = 20_000;
const REPORT_MS = 30_000;
const PARTNER = { startRate: 8, minRate: 0.05, increase: 0.007, decrease: 0.75 } as const;

interface Waiter {
  readonly customerId: string;
  readonly untilMs: number;
  readonly go: (retryAfterMs: number | undefined) => void;
}

export const makePace = ({ clock, maxRate }: PaceOptions): Pace => {
  const partner = makeLimiter({ ...PARTNER, startRate: Math.min(PARTNER.startRate, maxRate), maxRate });
  const blame: Blame = makeBlame(partner);
  const waiters: Waiter[] = [];
  let wakeAtMs = Infinity;
  let calls = 0;
  let throttled = 0;
  let reportedAtMs = -Infinity;
  let reportedCalls = 0;

  const nextAtMs = (customerId: string, nowMs: number): number =>
    Math.max(partner.nextAtMs(nowMs), blame.nextAtMs(customerId, nowMs));

  /** Lets go of those who have waited too long. */
  const release = (nowMs: number): void => {
    for (const waiter of waiters.filter(({ untilMs }) => untilMs <= nowMs)) {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.go(Math.max(1, nextAtMs(waiter.customerId, nowMs) - nowMs));
    }
  };

  /** First come, first served; who is held by a customer's own throttle is passed over. */
  const serve = (nowMs: number): void => {
    while (partner.nextAtMs(nowMs) <= nowMs) {
      const index = waiters.findIndex(({ customerId }) => blame.nextAtMs(customerId, nowMs) <= nowMs);
      const waiter = waiters[index];
      if (waiter === undefined) return;
      waiters.splice(index, 1);
      partner.take(nowMs);
      blame.take(waiter.customerId, nowMs);
      calls += 1;
      waiter.go(undefined);
    }
  };

  const wakeNext = (nowMs: number): void => {
    if (waiters.length === 0) return;
    const atMs = Math.min(
      ...waiters.map(({ customerId, untilMs }) => Math.min(untilMs, nextAtMs(customerId, nowMs))),
    );
    if (atMs >= wakeAtMs) return;
    wakeAtMs = atMs;
    void wakeAt(atMs, nowMs);
  };

  const wakeAt = async (atMs: number, nowMs: number): Promise<void> => {
    await clock.sleep(Math.max(1, Math.ceil(atMs - nowMs)));
    // Whoever was woken for an earlier time has done this already
    if (wakeAtMs === atMs) wakeAtMs = Infinity;
    pump();
  };

  const pump = (): void => {
    const nowMs = clock.now();
    serve(nowMs);
    release(nowMs);
    wakeNext(nowMs);
  };

  const state = (): PaceState => {
    const nowMs = clock.now();
    const { heldUntilMs, ratePerSecond } = partner;
    return {
      partnerCallsPerSecond: Math.round(ratePerSecond * 100) / 100,
      ...(heldUntilMs > nowMs ? { partnerHeldUntil: new Date(heldUntilMs).toISOString() } : {}),
      customersSlowed: blame.slowed(nowMs),
      waiting: waiters.length,
      calls,
      throttled,
    };
  };

  return {
    turn(customerId) {
      const nowMs = clock.now();
      const heldMs = Math.max(partner.heldUntilMs, blame.heldUntilMs(customerId)) - nowMs;
      // It is known to be longer than anybody waits here
      if (heldMs > WAIT_MAX_MS) return Promise.resolve(heldMs);
      return new Promise((go) => {
        waiters.push({ customerId, untilMs: nowMs + WAIT_MAX_MS, go });
        pump();
      });
    },
    answered(customerId, status, retryAfterMs) {
      const nowMs = clock.now();
      if (status === 429) {
        throttled += 1;
        blame.throttled(customerId, nowMs, retryAfterMs);
      } else if (status !== undefined && status < 500) {
        partner.succeeded(nowMs);
        blame.succeeded(customerId, nowMs);
      }
      // No answer brings a turn forward: whoever waits is woken when it is time
    },
    state,
    report(log) {
      const nowMs = clock.now();
      if (nowMs < reportedAtMs + REPORT_MS || calls === reportedCalls) return;
      reportedAtMs = nowMs;
      reportedCalls = calls;
      log("pace.state", state());
    },
  };
};
