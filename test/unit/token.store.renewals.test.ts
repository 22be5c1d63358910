import { describe, expect, test } from "vitest";

import { makeRenewals } from "../../shared/token/store/renewals.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { memoryTable } from "../support/memoryTable.ts";

const LEASE_MS = 60_000;

/** Two instances over one table. */
const aScene = () => {
  const clock = fakeClock();
  const table = memoryTable();
  const [one, other] = [makeRenewals(table, clock.now), makeRenewals(table, clock.now)];
  const ran: string[] = [];
  const note = (name: string) => (): Promise<void> => {
    ran.push(name);
    return Promise.resolve();
  };
  return { clock, table, one, other, ran, note };
};

describe("alone()", () => {
  test("runs a task while nobody else does, and frees the way for the next", async () => {
    const { one, other, table, ran, note } = aScene();
    expect(await one.alone(LEASE_MS, note("one"))).toBe(true);
    expect(table.rows()).toMatchObject([{ rowKey: "lease", untilMs: "0" }]);
    expect(await other.alone(LEASE_MS, note("other"))).toBe(true);
    expect(ran).toEqual(["one", "other"]);
  });

  test("runs nothing while another instance is at it, until its lease has run out", async () => {
    const { one, other, clock, ran, note } = aScene();
    const results: boolean[] = [];
    await one.alone(LEASE_MS, async () => {
      clock.pass(LEASE_MS - 1);
      results.push(await other.alone(LEASE_MS, note("too early")));
      clock.pass(1);
      results.push(await other.alone(LEASE_MS, note("in time")));
    });
    expect([results, ran]).toEqual([[false, true], ["in time"]]);
  });

  test("leaves the lease of another instance alone when its own has run out", async () => {
    const { one, other, clock, ran, note } = aScene();
    const isOver = Promise.withResolvers<void>();
    let second: Promise<boolean> | undefined;
    await one.alone(LEASE_MS, async () => {
      clock.pass(LEASE_MS);
      const begun = Promise.withResolvers<void>();
      second = other.alone(LEASE_MS, () => {
        begun.resolve();
        return isOver.promise;
      });
      await begun.promise;
    });
    expect(await one.alone(LEASE_MS, note("not yet"))).toBe(false);
    isOver.resolve();
    expect(await second).toBe(true);
    expect(ran).toEqual([]);
  });

  test("is not held up by a task that failed, and passes its failure on", async () => {
    const { one, other, note } = aScene();
    await expect(one.alone(LEASE_MS, () => Promise.reject(new Error("no way")))).rejects.toThrow("no way");
    expect(await other.alone(LEASE_MS, note("other"))).toBe(true);
  });

  test("lets one of two that begin at the same time", async () => {
    const { one, other, ran, note } = aScene();
    const results = await Promise.all([one.alone(LEASE_MS, note("x")), other.alone(LEASE_MS, note("x"))]);
    expect([results.toSorted(), ran]).toEqual([[false, true], ["x"]]);
  });
});

test("read() takes what is missing or unreadable for nothing known", async () => {
  const { one, other, table } = aScene();
  expect(await one.read()).toEqual({ told: [] });
  const renewal = { renewedAt: "2026-01-01T00:00:00.000Z", told: ["expires-soon"] };
  await one.write(renewal);
  expect(await other.read()).toEqual(renewal);
  for (const json of ["{", "{}", 1]) {
    await table.put({ partitionKey: "renewal", rowKey: "state", json });
    expect(await one.read()).toEqual({ told: [] });
  }
});
