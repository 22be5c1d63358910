import { expect, test } from "vitest";

import { restMs } from "../../shared/poison/dead-letters/restMs.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse("2026-01-01T00:00:00.000Z");
const due = (count: number, afterMs: (index: number) => number): readonly string[] =>
  Array.from({ length: count }, (_, index) => new Date(NOW_MS + afterMs(index)).toISOString());

test.each([
  ["nothing that waits", due(0, () => 0), 0],
  ["a few that wait for long: two seconds each", due(5, () => 60 * MINUTE_MS), 10_000],
  ["many that wait for long: five minutes", due(400, () => 60 * MINUTE_MS), 5 * MINUTE_MS],
  ["many that are due soon", due(400, () => 15_000), 15_000],
  ["many that are due one after the other: until a tenth is", due(400, (index) => index * 1000), 40_000],
  ["the order in which they were given", due(400, (index) => (399 - index) * 1000), 40_000],
  ["what is due already", due(400, () => -1), 0],
])("restMs() heeds %s", (_name, dueAt, expected) => {
  expect(restMs(dueAt, NOW_MS)).toBe(expected);
});
