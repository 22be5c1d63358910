import { describe, expect, test } from "vitest";

import { makeLimiter } from "../../shared/partner-center/pace/limiter.ts";
import { makePace, type Pace } from "../../shared/partner-center/pace/pace.ts";

const settings = { startRate: 10, minRate: 0.1, maxRate: 100, increase: 0.01, decrease: 0.8 };

/** Calls as soon as they may pass, for so long; when each passed. */
const drain = (limiter: ReturnType<typeof makeLimiter>, fromMs: number, forMs: number): number[] => {
  const passed: number[] = [];
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 1) {
    if (limiter.nextAtMs(nowMs) > nowMs) continue;
    limiter.take(nowMs);
    passed.push(nowMs);
  }
  return passed;
};

describe("makeLimiter()", () => {
  test("spaces calls, and saves nothing up in a pause", () => {
    const limiter = makeLimiter(settings);
    expect(drain(limiter, 1000, 1000)).toHaveLength(10);
    const after = drain(limiter, 60_000, 1000);
    expect(after).toHaveLength(10);
    expect((after[1] ?? 0) - (after[0] ?? 0)).toBeGreaterThanOrEqual(99);
  });

  test("lets nothing pass before Retry-After is over, and is slower then", () => {
    const limiter = makeLimiter(settings);
    limiter.throttled(1000, 5000);
    expect(drain(limiter, 1001, 4998)).toEqual([]);
    expect(limiter.ratePerSecond).toBe(8);
  });

  test("lets nothing pass for a second when no time is named", () => {
    const limiter = makeLimiter(settings);
    limiter.throttled(1000, 0);
    expect(limiter.heldUntilMs).toBe(2000);
    limiter.throttled(1001, 5);
    expect(limiter.heldUntilMs).toBe(2000);
  });

  test("begins anew with its first rate after a pause of more than a minute, or half of a higher one", () => {
    const after = (pauseMs: number, rate: number): number => {
      const limiter = makeLimiter({ ...settings, startRate: 10 });
      let nowMs = 1000;
      while (limiter.ratePerSecond < rate) {
        limiter.take(nowMs);
        limiter.succeeded(nowMs);
        nowMs = limiter.nextAtMs(nowMs);
      }
      limiter.take(nowMs + pauseMs);
      return limiter.ratePerSecond;
    };
    expect(after(60_000, 15)).toBe(15);
    expect(after(60_001, 15)).toBe(10);
    expect(after(60_001, 40)).toBe(20);
  });

  test("counts refusals of one round once", () => {
    const limiter = makeLimiter(settings);
    for (const nowMs of [1000, 1200, 1900]) limiter.throttled(nowMs, 0);
    expect(limiter.ratePerSecond).toBe(8);
    limiter.throttled(2100, 0);
    expect(limiter.ratePerSecond).toBeCloseTo(6.4);
  });

  test("adds the same in each second of full use, and nothing without use", () => {
    const limiter = makeLimiter(settings);
    limiter.throttled(0, 1);
    const grow = (fromMs: number): number => {
      const before = limiter.ratePerSecond;
      for (const nowMs of drain(limiter, fromMs, 1000)) limiter.succeeded(nowMs);
      return limiter.ratePerSecond - before;
    };
    // A hundredth of the rate at which it was throttled: 0.1 calls/s
    expect(grow(10)).toBeCloseTo(0.1, 1);
    expect(grow(1010)).toBeCloseTo(0.1, 1);
    const before = limiter.ratePerSecond;
    limiter.take(30_000);
    limiter.succeeded(30_300);
    expect(limiter.ratePerSecond).toBe(before);
  });
});

/** A clock that is moved by hand. */
const handClock = () => {
  let nowMs = 0;
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  return {
    now: () => nowMs,
    random: () => 0.5,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ atMs: nowMs + ms, wake });
      }),
    pass: async (ms: number) => {
      const endMs = nowMs + ms;
      while (nowMs < endMs) {
        nowMs += 1;
        const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
        sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
        for (const { wake } of due) wake();
        for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
      }
    },
  };
};

describe("makePace()", () => {
  const aPace = () => {
    const clock = handClock();
    const pace: Pace = makePace({ clock, maxRate: 100 });
    const passed: string[] = [];
    const turn = async (customerId: string): Promise<void> => {
      const waitMs = await pace.turn(customerId);
      passed.push(waitMs === undefined ? customerId : `${customerId} not now`);
    };
    const ask = (customerId: string): void => {
      void turn(customerId);
    };
    return { clock, pace, passed, ask };
  };

  test("one customer's 429 holds that customer only", async () => {
    const { clock, pace, passed, ask } = aPace();
    pace.answered("a", 429, 5000);
    for (const customer of ["a", "b", "a", "b"]) ask(customer);
    await clock.pass(2000);
    expect(passed).toEqual(["b", "b"]);
    await clock.pass(4000);
    expect(passed).toEqual(["b", "b", "a", "a"]);
    expect(pace.state()).toMatchObject({ partnerCallsPerSecond: 8 });
  });

  test("429s of several customers hold all", async () => {
    const { clock, pace, passed, ask } = aPace();
    pace.answered("a", 429, 3000);
    pace.answered("b", 429, 3000);
    ask("c");
    await clock.pass(2000);
    expect([passed, pace.state().partnerHeldUntil]).toEqual([[], "1970-01-01T00:00:03.000Z"]);
    await clock.pass(2000);
    expect(passed).toEqual(["c"]);
    expect(pace.state().partnerCallsPerSecond).toBeLessThan(8);
  });

  test("a customer who is refused again and again is slowed, and nobody else", async () => {
    const { clock, pace, passed, ask } = aPace();
    for (let time = 0; time < 3; time += 1) {
      pace.answered("a", 429, 1000);
      await clock.pass(1500);
    }
    for (let call = 0; call < 5; call += 1) ask("a");
    for (let call = 0; call < 5; call += 1) ask("b");
    await clock.pass(1500);
    expect(passed.filter((customer) => customer === "b")).toHaveLength(5);
    expect(passed.filter((customer) => customer === "a").length).toBeLessThan(3);
    expect(pace.state()).toMatchObject({ partnerCallsPerSecond: 8, customersSlowed: 1 });
  });

  test("nobody waits for longer than twenty seconds: it is said when to try again", async () => {
    const { clock, pace, passed, ask } = aPace();
    pace.answered("a", 429, 57_000);
    expect(await pace.turn("a")).toBe(57_000);
    pace.answered("b", 429, 15_000);
    pace.answered("b", 429, 15_000);
    ask("c");
    await clock.pass(1000);
    expect(passed).toEqual([]);
  });

  test("whoever has waited for twenty seconds is let go, with the time that is left", async () => {
    const { clock, pace, passed, ask } = aPace();
    pace.answered("a", 429, 15_000);
    ask("a");
    expect(pace.state()).toMatchObject({ waiting: 1, calls: 0 });
    await clock.pass(10_000);
    pace.answered("a", 429, 57_000);
    await clock.pass(9999);
    expect(passed).toEqual([]);
    await clock.pass(1);
    expect(passed).toEqual(["a not now"]);
    expect(pace.state()).toMatchObject({ waiting: 0, calls: 0 });
    expect(await pace.turn("a")).toBe(47_000);
  });

  test("who is held does not hold up who came later", async () => {
    const { clock, pace, passed, ask } = aPace();
    pace.answered("a", 429, 3000);
    for (const customer of ["a", "b", "a", "c"]) ask(customer);
    await clock.pass(1000);
    expect(passed).toEqual(["b", "c"]);
    await clock.pass(3000);
    expect(passed).toEqual(["b", "c", "a", "a"]);
  });
});
