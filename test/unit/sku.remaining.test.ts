import { describe, expect, test } from "vitest";

import type { Catalog } from "../../shared/sku/catalog.ts";
import { remainingOf, type HeldLicense } from "../../shared/sku/remaining.ts";
import type { Wish } from "../../shared/sku/wish.ts";
import { aSku, E3, E5, PLAN_A, PLAN_B } from "../support/builders.ts";

const holding = (skuId: string, plans: Readonly<Record<string, string>> = {}): HeldLicense => ({
  skuId,
  plans: Object.entries(plans).map(([id, capabilityStatus]) => ({ id, capabilityStatus })),
});
const catalog: Catalog = [aSku({ skuId: E3, plans: [PLAN_A, PLAN_B] })];
/** SKUs without plans, where only the SKU counts. */
const plain: Catalog = [aSku({ skuId: E3 }), aSku({ skuId: E5 })];

const wish = (assign: readonly string[], remove: readonly string[] = []): Wish => ({
  assign: assign.map((skuId) => ({ skuId, excludedPlans: null })),
  remove,
});

describe("remainingOf()", () => {
  test.each([
    ["assigned and held", wish([E3]), [holding(E3)], wish([])],
    ["assigned and not held", wish([E3]), [holding(E5)], wish([E3])],
    ["removed and gone", wish([], [E5]), [holding(E3)], wish([])],
    ["removed and still held", wish([], [E5]), [holding(E5)], wish([], [E5])],
    ["one of two", wish([E3, E5]), [holding(E3)], wish([E5])],
    ["assign done, remove open", wish([E3], [E5]), [holding(E3), holding(E5)], wish([], [E5])],
  ])("%s", (_name, whole, held, left) => {
    expect(remainingOf(whole, held, plain)).toEqual(left);
  });

  test.each([
    ["all on, as wished", null, { [PLAN_A]: "Assigned", [PLAN_B]: "Enabled" }, true],
    ["one still off", null, { [PLAN_A]: "Assigned" }, false],
    ["excluded one is absent", [PLAN_B], { [PLAN_A]: "Assigned" }, true],
    ["excluded one is shown as disabled", [PLAN_B], { [PLAN_A]: "Assigned", [PLAN_B]: "Disabled" }, true],
    ["excluded one is still on", [PLAN_B], { [PLAN_A]: "Assigned", [PLAN_B]: "Assigned" }, false],
    [
      "a status nobody has documented proves nothing",
      [PLAN_B],
      { [PLAN_A]: "Assigned", [PLAN_B]: "Odd" },
      false,
    ],
  ])("plans: %s", (_name, excludedPlans, plans, isDone) => {
    const left = remainingOf(
      { assign: [{ skuId: E3, excludedPlans }], remove: [] },
      [holding(E3, plans)],
      catalog,
    );
    expect(left.assign).toHaveLength(isDone ? 0 : 1);
  });

  test("excludedPlans left out leaves the plans of a held license as they are", () => {
    const whole: Wish = { assign: [{ skuId: E3 }], remove: [] };
    expect(remainingOf(whole, [holding(E3, { [PLAN_A]: "Assigned" })], catalog).assign).toEqual([]);
    expect(remainingOf(whole, [], catalog)).toEqual(whole);
  });

  test("an excluded plan cannot be told for a SKU that is listed without plans", () => {
    const whole: Wish = { assign: [{ skuId: E3, excludedPlans: [PLAN_A] }], remove: [] };
    expect(remainingOf(whole, [holding(E3)], plain)).toEqual(whole);
    expect(remainingOf(wish([E3]), [holding(E3)], plain).assign).toEqual([]);
  });

  test("plans cannot be told for a SKU the customer does not list", () => {
    expect(remainingOf(wish([E3]), [holding(E3)], []).assign).toHaveLength(1);
  });
});
