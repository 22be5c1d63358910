import { expect, test } from "vitest";

import { createThrottle } from "../../local/partner-center/throttle.ts";

const CONTOSO = "contoso";
const rates = (perSecond: number, burst: number) => () => ({
  partnerRate: null,
  customerRate: { perSecond, burst },
});

test("count() lets a burst pass, then tells how long to wait", () => {
  const throttle = createThrottle(rates(2, 3));
  const waits = [1, 2, 3, 4].map(() => throttle.count(CONTOSO, 0));
  expect(waits).toEqual([0, 0, 0, 1000]);
});

test("count() lets a caller pass who waited as long as told", () => {
  const throttle = createThrottle(rates(2, 1));
  throttle.count(CONTOSO, 0);
  const waitMs = throttle.count(CONTOSO, 10);
  expect(waitMs).toBeGreaterThan(0);
  expect(throttle.count(CONTOSO, 10 + waitMs)).toBe(0);
});

test("count() makes the wait longer with every call that is refused, up to a bound", () => {
  const throttle = createThrottle(rates(1, 2));
  const waits = Array.from({ length: 20 }, () => throttle.count(CONTOSO, 0));
  expect(waits.slice(0, 5)).toEqual([0, 0, 2000, 3000, 3000]);
  expect(waits.at(-1)).toBe(3000);
});

test("count() lets as many pass as the rate allows, over a long time", () => {
  const throttle = createThrottle(rates(1, 5));
  const calls = Array.from({ length: 100 }, (_, at) => throttle.count(CONTOSO, at * 1000));
  expect(calls.every((waitMs) => waitMs === 0)).toBe(true);
});

test("count() counts a call against partner and customer, and tells the longer wait", () => {
  const throttle = createThrottle(() => ({
    partnerRate: { perSecond: 1, burst: 1 },
    customerRate: { perSecond: 0.1, burst: 1 },
  }));
  throttle.count(CONTOSO, 0);
  expect(throttle.count(CONTOSO, 0)).toBe(20_000);
  expect(throttle.count("adatum", 0)).toBe(2000);
});

test("count() knows no limit without a rate", () => {
  const throttle = createThrottle(() => ({ partnerRate: null, customerRate: null }));
  const waits = Array.from({ length: 1000 }, () => throttle.count(CONTOSO, 0));
  expect(new Set(waits)).toEqual(new Set([0]));
});
