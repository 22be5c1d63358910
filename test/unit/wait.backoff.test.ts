import fc from "fast-check";
import { expect, test } from "vitest";

import { nextBackoffMs } from "../../shared/wait/backoff.ts";

test("nextBackoffMs() doubles from the base and stops growing at 30 s", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 100].map((retries) => nextBackoffMs(retries, 0, 1000, () => 1));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("nextBackoffMs() leaves half of the wait to chance", () => {
  expect(nextBackoffMs(2, 0, 1000, () => 0)).toBe(2000);
});

test("nextBackoffMs() is never shorter than the server asked for", () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.nat(600_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retries, askedMs, chance) => {
        expect(nextBackoffMs(retries, askedMs, 1000, () => chance)).toBeGreaterThanOrEqual(askedMs);
      },
    ),
  );
});
