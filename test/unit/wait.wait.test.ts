import fc from "fast-check";
import { expect, test } from "vitest";

import { nextWaitMs } from "../../shared/wait/wait.ts";

test("nextWaitMs() doubles from the base and stops growing at 30 s", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 100].map((retries) => nextWaitMs(retries, 0, 1000, () => 1));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("nextWaitMs() leaves half of the wait to chance", () => {
  expect(nextWaitMs(2, 0, 1000, () => 0)).toBe(2000);
});

test("nextWaitMs() is never shorter than the server asked for", () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.nat(600_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retries, askedMs, chance) => {
        expect(nextWaitMs(retries, askedMs, 1000, () => chance)).toBeGreaterThanOrEqual(askedMs);
      },
    ),
  );
});
