import { describe, expect, test } from "vitest";

import type { Item, Operation } from "../../shared/poison/operation.ts";
import { addCounts, advance, cancelled, frozen, NO_COUNTS } from "../../shared/poison/progress.ts";
import { anOperation } from "../support/poisonBuilders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const aCanary = (fields: Partial<Operation> = {}): Operation =>
  anOperation({ state: "canary", selection: { category: "no-seats" }, canary: true, total: 3, ...fields });
const anItem = (state: Item["state"], why?: string): Item => ({
  key: "k",
  poisonId: "id-1",
  lane: "l",
  state,
  ...(why === undefined ? {} : { why }),
});
const look = (
  before: Operation,
  results: readonly Item[],
  { isIdle = true, isOver = false } = {},
): Operation => advance(before, { counts: addCounts(NO_COUNTS, results), results, isIdle, isOver, at: AT });

describe("advance()", () => {
  test("lets the rest follow when the canary was applied", () => {
    expect(look(aCanary(), [anItem("done")]).state).toBe("running");
  });

  test("stops when the canary was refused, saying why", () => {
    expect(look(aCanary(), [anItem("failed", "no-seats: none left")])).toMatchObject({
      state: "stopped",
      reason: 'the canary "id-1" failed: no-seats: none left',
      endedAt: AT,
    });
  });

  test("stops also when the refusal of the canary was noted before a crash", () => {
    const seen = {
      counts: { done: 0, failed: 1, skipped: 0 },
      results: [],
      isIdle: true,
      isOver: false,
      at: AT,
    };
    expect(advance(aCanary(), seen).state).toBe("stopped");
  });

  test("takes the next for the canary when it was skipped", () => {
    expect(look(aCanary(), [anItem("skipped")]).state).toBe("canary");
    expect(look(aCanary(), [anItem("skipped")], { isOver: true }).state).toBe("done");
  });

  test("is done when nothing is left, whatever became of the single ones", () => {
    const running = aCanary({ state: "running" });
    expect(look(running, [anItem("failed")]).state).toBe("running");
    expect(look(running, [anItem("failed")], { isOver: true })).toMatchObject({ state: "done", failed: 1 });
  });

  test("waits for what is under way when it is cancelled", () => {
    const cancelling = aCanary({ state: "cancelling" });
    expect(look(cancelling, [], { isIdle: false }).state).toBe("cancelling");
    expect(look(cancelling, [])).toMatchObject({ state: "cancelled", endedAt: AT });
  });
});

describe("frozen()", () => {
  test.each([
    [{ kind: "replay", canary: true }, "canary"],
    [{ kind: "replay", canary: false }, "running"],
    [{ kind: "discard", canary: false }, "running"],
  ] as const)("%j begins with %s", (fields, state) => {
    expect(frozen(aCanary({ ...fields, state: "freezing" }), 7, AT)).toMatchObject({ state, total: 7 });
  });

  test("keeps the wish to cancel", () => {
    expect(frozen(aCanary({ state: "cancelling" }), 7, AT).state).toBe("cancelling");
  });
});

test("cancelled() changes nothing that has ended", () => {
  expect(cancelled(aCanary({ endedAt: AT, state: "done" }), "kim", AT)).toBeUndefined();
  expect(cancelled(aCanary(), "kim", AT)?.reason).toBe("cancelled by kim");
});
