import { describe, expect, test } from "vitest";

import { nextDue, parseCron } from "../../local/host/cron.ts";

const dueAfter = (expression: string, after: string): string | undefined =>
  nextDue(parseCron(expression), new Date(after))?.toISOString();

describe("nextDue()", () => {
  test.each([
    ["0 */5 * * * *", "2026-01-01T00:00:00.000Z", "2026-01-01T00:05:00.000Z"],
    ["0 */5 * * * *", "2026-01-01T00:04:59.999Z", "2026-01-01T00:05:00.000Z"],
    ["*/5 * * * *", "2026-01-01T00:56:00.000Z", "2026-01-01T01:00:00.000Z"],
    ["30 * * * * *", "2026-01-01T00:00:30.000Z", "2026-01-01T00:01:30.000Z"],
    ["0 30 9 * * 1-5", "2026-01-02T10:00:00.000Z", "2026-01-05T09:30:00.000Z"],
    ["0 0 0 29 2 *", "2026-01-01T00:00:00.000Z", "2028-02-29T00:00:00.000Z"],
    ["0 0 6,18 1 * *", "2026-01-01T06:00:00.000Z", "2026-01-01T18:00:00.000Z"],
    ["0 0 0 31 12 *", "2026-12-31T00:00:00.000Z", "2027-12-31T00:00:00.000Z"],
  ])("%s after %s is %s", (expression, after, due) => {
    expect(dueAfter(expression, after)).toBe(due);
  });

  test("finds none for a day that never is", () => {
    expect(dueAfter("0 0 0 30 2 *", "2026-01-01T00:00:00.000Z")).toBeUndefined();
  });
});

test.each(["", "* * * *", "60 * * * * *", "0 0 0 * * MON", "a * * * * *", "0 5-1 * * * *", "0 */0 * * * *"])(
  "parseCron() refuses %j with an example",
  (expression) => {
    expect(() => parseCron(expression)).toThrow('write "0 */5 * * * *"');
  },
);
