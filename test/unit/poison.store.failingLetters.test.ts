import { expect, test } from "vitest";

import { troubleAfter } from "../../shared/poison/dead-letters/queueTrouble.ts";
import { makeFailingLetters } from "../../shared/poison/store/failingLetters.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { memoryTable } from "../support/memoryTable.ts";

const letter = {
  id: "~7",
  queue: "license-updates",
  sequenceNumber: "7",
  failures: 10,
  since: "2026-01-01T00:00:00.000Z",
  nextAt: "2026-01-01T02:00:00.000Z",
  why: "before",
};

test("makeFailingLetters() writes nothing over what it could not read, and joins the two", async () => {
  const rows = memoryTable();
  const first = makeFailingLetters(rows, fakeClock());
  await first.load();
  await first.keep(letter);
  const next = makeFailingLetters(rows, fakeClock());
  rows.fail(1);
  expect([...(await next.load())]).toEqual([]);
  const anew = { ...letter, failures: 1, since: "2026-01-01T01:00:00.000Z", why: "after" };
  await next.keep(anew);
  expect(rows.rows()).toMatchObject([letter]);
  expect([...(await next.load()).values()]).toEqual([{ ...letter, why: "after" }]);
  await next.keep({ ...letter, failures: 11 });
  expect(rows.rows()).toMatchObject([{ failures: 11 }]);
});

test("troubleAfter() takes a trouble for over only when all letters have been seen", () => {
  const before = {
    queue: "q",
    since: "2026-01-01T00:00:00.000Z",
    count: 1,
    alertedAt: "2026-01-01T01:00:00.000Z",
  };
  const none = { failing: new Map(), seen: new Set<string>(), dueAt: [] };
  expect(troubleAfter(before, "q", { ...none, isAll: false }, "2026-01-02T00:00:00.000Z")).toEqual({
    ...before,
    count: 0,
  });
  expect(troubleAfter(before, "q", { ...none, isAll: true }, "2026-01-02T00:00:00.000Z")).toBeUndefined();
});
