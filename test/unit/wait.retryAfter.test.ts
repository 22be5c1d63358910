import { describe, expect, test } from "vitest";

import { retryAfterMs } from "../../shared/wait/retryAfter.ts";

describe("retryAfterMs()", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  test.each([
    ["57", 57_000],
    [" 0 ", 0],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    ["Sat, 13 Sep 275760 00:00:00 GMT", 999_999_999_000],
    ["soon", 0],
    ["-5", 0],
    [undefined, 0],
  ])("reads %s as %i ms", (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
