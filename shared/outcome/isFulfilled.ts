import type { LicenseRequest, SkuId } from "../request/schema.ts";

/** One license that a user holds, as Partner Center shows it. */
export interface HeldLicense {
  readonly skuId: string;
  readonly plans: readonly { readonly id: string; readonly capabilityStatus: string }[];
}

/** Service plans of a SKU that a user can have: SKU id → plan ids. */
export type PlanCatalog = ReadonlyMap<string, readonly string[]>;

const ON: ReadonlySet<string> = new Set(["assigned", "enabled"]);
const OFF: ReadonlySet<string> = new Set(["disabled", "deleted"]);

/** True when only the plans of the customer's SKUs can tell: an assignment also says which plans are to be on. */
export const needsPlans = ({ licensesToAssign = [] }: LicenseRequest): boolean => licensesToAssign.length > 0;

// The values of capabilityStatus are not published: what is neither known as on nor as off proves nothing
const isPlanAs = (held: HeldLicense, planId: string, wantOn: boolean): boolean => {
  const status = held.plans.find(({ id }) => id === planId)?.capabilityStatus.toLowerCase();
  if (status === undefined) return !wantOn;
  return (wantOn ? ON : OFF).has(status);
};

const arePlansAs = (held: HeldLicense, all: readonly string[], excluded: readonly string[]): boolean => {
  const off = new Set(excluded);
  return all.every((id) => isPlanAs(held, id, !off.has(id)));
};

/**
 * Whether what the user holds is what the request wants. False also means "cannot be told":
 * then the call is made again, which does no harm.
 */
export const isFulfilled = (
  { licensesToAssign = [], licensesToRemove = [] }: LicenseRequest,
  held: readonly HeldLicense[],
  catalog: PlanCatalog,
): boolean => {
  const bySku = new Map(held.map((license) => [license.skuId, license]));
  const removed = (skuId: SkuId): boolean => !bySku.has(skuId);
  return (
    licensesToRemove.every(removed) &&
    licensesToAssign.every(({ skuId, excludedPlans }) => {
      const license = bySku.get(skuId);
      const plans = catalog.get(skuId);
      return license !== undefined && plans !== undefined && arePlansAs(license, plans, excludedPlans ?? []);
    })
  );
};
