import { describe, expect, test } from "vitest";

import { makeThrottle } from "../../shared/wait/throttle.ts";
import { fakeClock } from "../support/fakeClock.ts";

describe("makeThrottle()", () => {
  test("lets through what the rate allows, and never a burst after a pause", () => {
    const clock = fakeClock();
    const throttle = makeThrottle(clock, 5);
    expect(throttle.take(10)).toBe(0);
    clock.pass(1000);
    expect(throttle.take(10)).toBe(5);
    expect(throttle.take(10)).toBe(0);
    clock.pass(60_000);
    expect(throttle.take(10)).toBe(5);
  });

  test("adds up parts of one", () => {
    const clock = fakeClock();
    const throttle = makeThrottle(clock, 0.1);
    const taken = Array.from({ length: 30 }, () => {
      clock.pass(1000);
      return throttle.take(1);
    });
    expect(taken.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2);
    expect(taken.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
  });

  test("lets everything through without a rate", () => {
    expect(makeThrottle(fakeClock(), undefined).take(128)).toBe(128);
  });
});
