import { describe, expect, test } from "vitest";

import { isFulfilled, needsPlans, type HeldLicense } from "../../shared/outcome/isFulfilled.ts";
import { aRequest, E3, E5, PLAN_A, PLAN_B } from "../support/builders.ts";

const holding = (skuId: string, plans: Readonly<Record<string, string>> = {}): HeldLicense => ({
  skuId,
  plans: Object.entries(plans).map(([id, capabilityStatus]) => ({ id, capabilityStatus })),
});
const catalog = new Map([[E3, [PLAN_A, PLAN_B]]]);
/** SKUs without plans, where only the SKU counts. */
const plain = new Map([
  [E3, []],
  [E5, []],
]);

describe("isFulfilled()", () => {
  test.each([
    ["assigned and held", { licensesToAssign: [{ skuId: E3 }] }, [holding(E3)], true],
    ["assigned and not held", { licensesToAssign: [{ skuId: E3 }] }, [holding(E5)], false],
    ["removed and gone", { licensesToAssign: undefined, licensesToRemove: [E5] }, [holding(E3)], true],
    ["removed and still held", { licensesToAssign: undefined, licensesToRemove: [E5] }, [holding(E5)], false],
    ["one of two", { licensesToAssign: [{ skuId: E3 }, { skuId: E5 }] }, [holding(E3)], false],
    ["assign done, remove open", { licensesToRemove: [E5] }, [holding(E3), holding(E5)], false],
  ])("%s", (_name, fields, held, expected) => {
    expect(isFulfilled(aRequest(fields), held, plain)).toBe(expected);
  });

  const excluding = (excludedPlans: readonly string[] | null) =>
    aRequest({ licensesToAssign: [{ skuId: E3, excludedPlans }] });

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
  ])("plans: %s", (_name, excludedPlans, plans, expected) => {
    expect(isFulfilled(excluding(excludedPlans), [holding(E3, plans)], catalog)).toBe(expected);
  });

  test("excludedPlans left out wants every plan on, as null does", () => {
    const allOn = holding(E3, { [PLAN_A]: "Assigned", [PLAN_B]: "Assigned" });
    expect(isFulfilled(aRequest(), [allOn], catalog)).toBe(true);
    expect(isFulfilled(aRequest(), [holding(E3, { [PLAN_A]: "Assigned" })], catalog)).toBe(false);
  });

  test("plans cannot be told for a SKU the customer does not list", () => {
    expect(isFulfilled(excluding([]), [holding(E3)], new Map())).toBe(false);
  });
});

test("needsPlans() for an assignment, not for a removal", () => {
  expect(needsPlans(aRequest())).toBe(true);
  expect(needsPlans(aRequest({ licensesToAssign: undefined, licensesToRemove: [E5] }))).toBe(false);
});
