import { expect, test } from "vitest";

import { durationMs } from "../../shared/request/duration.ts";

const MINUTE_MS = 60_000;

test.each([
  ["PT0M", 0],
  ["PT1M", MINUTE_MS],
  ["PT90M", 90 * MINUTE_MS],
  ["PT2H", 120 * MINUTE_MS],
  ["P3D", 3 * 24 * 60 * MINUTE_MS],
  ["P1DT2H3M", (26 * 60 + 3) * MINUTE_MS],
])("durationMs() reads %s", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(["", "P", "PT", "P1DT", "1D", "PT1S", "P1M", "PT1H2D", "P-1D", " PT1M"])(
  "durationMs() takes %j for none",
  (text) => {
    expect(durationMs(text)).toBeUndefined();
  },
);
