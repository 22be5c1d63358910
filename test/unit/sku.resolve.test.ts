import { describe, expect, test } from "vitest";

import type { Catalog } from "../../shared/sku/catalog.ts";
import { needsCatalog, needsNames, resolve } from "../../shared/sku/resolve.ts";
import { aRequest, aSku, E3, E5, PLAN_A, PLAN_B } from "../support/builders.ts";

const OTHER = "99999999-0000-4000-8000-000000000001";
const catalog: Catalog = [
  aSku({ skuId: E3, skuPartNumber: "SPE_E3", name: "Microsoft 365 E3", plans: [PLAN_A, PLAN_B] }),
  aSku({ skuId: E5, skuPartNumber: "SPE_E5", name: "Microsoft 365 E5" }),
  aSku({ skuId: OTHER, skuPartNumber: "MEE_FACULTY", name: "Minecraft Education Faculty", group: "group2" }),
];
const assigning = (...licenses: readonly object[]) => aRequest({ licensesToAssign: licenses });

describe("resolve()", () => {
  test.each([
    ["the part number", "SPE_E3"],
    ["the product name", "Microsoft 365 E3"],
    ["another casing", "spe_e3"],
    ["other spacing", " microsoft  365 e3 ".trim()],
    ["no spacing", "Microsoft365E3"],
  ])("finds a SKU by %s", (_how, sku) => {
    expect(resolve(assigning({ sku }), catalog)).toEqual({
      kind: "wish",
      wish: { assign: [{ skuId: E3 }], remove: [] },
    });
  });

  test("finds the SKU of a license to remove by name", () => {
    const request = aRequest({ licensesToAssign: undefined, licensesToRemove: [{ sku: "SPE_E5" }] });
    expect(resolve(request, catalog)).toEqual({ kind: "wish", wish: { assign: [], remove: [E5] } });
  });

  test("prefers the exact name to one that differs in casing", () => {
    const twins = [...catalog, aSku({ skuId: OTHER, skuPartNumber: "spe_e3" })];
    expect(resolve(assigning({ sku: "SPE_E3" }), twins)).toMatchObject({
      wish: { assign: [{ skuId: E3 }] },
    });
    const unclear = resolve(assigning({ sku: "Spe_E3" }), twins);
    expect(unclear).toMatchObject({ kind: "unknown", category: "unknown-sku" });
    expect(unclear.kind === "unknown" && unclear.why).toContain("names several subscribed SKUs");
  });

  test("names the nearest ones for a name that is none", () => {
    const unknown = resolve(assigning({ sku: "SPE_E33" }), catalog);
    expect(unknown).toMatchObject({ kind: "unknown", category: "unknown-sku" });
    expect(unknown.kind === "unknown" && unknown.why).toContain(
      '"SPE_E33" names no subscribed SKU; nearest: SPE_E3',
    );
  });

  test("refuses two names for the same SKU", () => {
    expect(resolve(assigning({ sku: "SPE_E3" }, { skuId: E3 }), catalog)).toMatchObject({
      category: "unknown-sku",
      why: "two names of the request mean SPE_E3",
    });
  });

  test("refuses SKUs of two groups, naming the group of each", () => {
    expect(resolve(assigning({ skuId: E3 }, { sku: "MEE_FACULTY" }), catalog)).toEqual({
      kind: "unknown",
      category: "mixed-license-groups",
      why: "SPE_E3 in group1; MEE_FACULTY in group2",
    });
  });

  test("names every SKU of each group where there is more than one", () => {
    expect(resolve(assigning({ skuId: E3 }, { skuId: E5 }, { sku: "MEE_FACULTY" }), catalog)).toMatchObject({
      why: "SPE_E3, SPE_E5 in group1; MEE_FACULTY in group2",
    });
  });

  test("leaves an id that the customer does not list to Partner Center", () => {
    expect(resolve(assigning({ skuId: OTHER }), [])).toMatchObject({ kind: "wish" });
  });

  test("finds plans by id, by name and by display name", () => {
    const request = assigning({ skuId: E3, excludedPlans: [PLAN_A, "plan-2 Name"] });
    expect(resolve(request, catalog)).toMatchObject({
      wish: { assign: [{ skuId: E3, excludedPlans: [PLAN_A, PLAN_B] }] },
    });
    expect(resolve(assigning({ skuId: E3, excludedPlans: ["PLAN_9"] }), catalog)).toMatchObject({
      category: "unknown-plan",
    });
  });

  test("keeps null apart from left out", () => {
    expect(resolve(assigning({ skuId: E3, excludedPlans: null }), catalog)).toMatchObject({
      wish: { assign: [{ skuId: E3, excludedPlans: null }] },
    });
  });
});

test.each([
  ["one id", [{ skuId: E3 }], false, false],
  ["two ids: their groups may differ", [{ skuId: E3 }, { skuId: E5 }], true, false],
  ["a name", [{ sku: "SPE_E3" }], true, true],
  ["a plan by name", [{ skuId: E3, excludedPlans: ["PLAN"] }], true, true],
  ["plans by id", [{ skuId: E3, excludedPlans: [PLAN_A] }], false, false],
])("the catalog is read for %s", (_what, licenses, isNeeded, isForNames) => {
  const request = assigning(...licenses);
  expect([needsCatalog(request), needsNames(request)]).toEqual([isNeeded, isForNames]);
});
