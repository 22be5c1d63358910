import { findById, type Catalog } from "./catalog.ts";
import type { Assignment, Wish } from "./wish.ts";

/** One license that a user holds, as Partner Center shows it. */
export interface HeldLicense {
  readonly skuId: string;
  readonly plans: readonly { readonly id: string; readonly capabilityStatus: string }[];
}

const ON: ReadonlySet<string> = new Set(["assigned", "enabled"]);
const OFF: ReadonlySet<string> = new Set(["disabled", "deleted"]);

// The values of capabilityStatus are not published: what is neither known as on nor as off proves nothing
const isPlanAs = (held: HeldLicense, planId: string, wantOn: boolean): boolean => {
  const status = held.plans.find(({ id }) => id === planId)?.capabilityStatus.toLowerCase();
  if (status === undefined) return !wantOn;
  return (wantOn ? ON : OFF).has(status);
};

const isAssignedAs = (
  { skuId, excludedPlans }: Assignment,
  held: HeldLicense | undefined,
  catalog: Catalog,
): boolean => {
  if (held === undefined) return false;
  if (excludedPlans === undefined) return true;
  const sku = findById(catalog, skuId);
  if (sku === undefined) return false;
  const off = new Set(excludedPlans);
  // A SKU that is listed without plans says nothing of those that are to be off
  if (sku.plans.length === 0 && off.size > 0) return false;
  return sku.plans.filter(({ isForUsers }) => isForUsers).every(({ id }) => isPlanAs(held, id, !off.has(id)));
};

/**
 * What is left of a wish, given what the user holds. What cannot be told is left in: then the call is made again,
 * which does no harm. Pure.
 */
export const remainingOf = (wish: Wish, held: readonly HeldLicense[], catalog: Catalog): Wish => {
  const bySku = new Map(held.map((license) => [license.skuId, license]));
  return {
    assign: wish.assign.filter((one) => !isAssignedAs(one, bySku.get(one.skuId), catalog)),
    remove: wish.remove.filter((skuId) => bySku.has(skuId)),
  };
};
