import { expect, test } from "vitest";

import { startHold } from "../../shared/wait/hold.ts";
import { fakeClock } from "../support/fakeClock.ts";

const settings = { holdBudgetMs: 10_000, backoffBaseMs: 1000 };

test("startHold() has waited when it says so, and told of it before", async () => {
  const time = fakeClock();
  const told: string[] = [];
  const clock = {
    ...time,
    async sleep(ms: number) {
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`slept ${ms}`);
      await time.sleep(ms);
    },
  };
  const hold = startHold(clock, settings);
  expect(await hold(3000, (waitMs) => void told.push(`waits ${waitMs}`))).toBe(true);
  expect(told).toEqual(["waits 3000", "slept 3000"]);
});

test("startHold() waits out the rest of the budget, and then has no time", async () => {
  const clock = fakeClock();
  const hold = startHold(clock, settings);
  const waits: number[] = [];
  const note = (waitMs: number): void => void waits.push(waitMs);
  expect(await hold(8000, note)).toBe(true);
  expect(await hold(8000, note)).toBe(false);
  expect(await hold(0, note)).toBe(false);
  expect(waits).toEqual([8000, 2000]);
});
