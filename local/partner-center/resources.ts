import type { JsonObject } from "./answer.ts";
import type { LicenseUpdate } from "./readLicenseUpdate.ts";
import type { PartnerCenterSettings } from "./settings.ts";
import {
  availableUnits,
  totalUnits,
  type Customer,
  type LicenseWarning,
  type Product,
  type ServicePlan,
  type Subscription,
  type User,
} from "./world.ts";

const toPlan = (plan: ServicePlan, capabilityStatus: string): JsonObject => ({ ...plan, capabilityStatus });

const toProductSku = ({ id, name, skuPartNumber, licenseGroupId }: Product): JsonObject => ({
  id,
  name,
  skuPartNumber,
  licenseGroupId,
});

/** How subscribed seats look on the wire. */
export const toSubscribedSku = (subscription: Subscription): JsonObject => {
  const { product, activeUnits, warningUnits, suspendedUnits, consumedUnits } = subscription;
  return {
    availableUnits: availableUnits(subscription),
    activeUnits,
    consumedUnits,
    suspendedUnits,
    totalUnits: totalUnits(subscription),
    warningUnits,
    productSku: { ...toProductSku(product), targetType: product.targetType },
    servicePlans: product.servicePlans.map((plan) => toPlan(plan, "Enabled")),
    capabilityStatus: "Enabled",
    attributes: { objectType: "SubscribedSku" },
  };
};

/** How a license that a user holds looks on the wire. */
export const toLicense = (
  product: Product,
  excludedPlans: readonly string[],
  show: PartnerCenterSettings["excludedPlansShow"],
): JsonObject => {
  const off = new Set(excludedPlans);
  const shown = product.servicePlans.filter(({ id }) => show === "asDisabled" || !off.has(id));
  return {
    servicePlans: shown.map((plan) => toPlan(plan, off.has(plan.id) ? "Disabled" : "Assigned")),
    productSku: toProductSku(product),
    attributes: { objectType: "License" },
  };
};

/** How a user looks on the wire; without a usage location the field is not there. */
export const toCustomerUser = (customer: Customer, user: User): JsonObject => {
  const { id, userPrincipalName, displayName, usageLocation } = user;
  const [firstName = "", ...lastNames] = displayName.split(" ");
  return {
    ...(usageLocation === null ? {} : { usageLocation }),
    id,
    userPrincipalName,
    firstName,
    lastName: lastNames.join(" "),
    displayName,
    userDomainType: "none",
    state: "active",
    links: { self: { uri: `/customers/${customer.id}/users/${id}`, method: "GET", headers: [] } },
    attributes: { objectType: "CustomerUser" },
  };
};

/**
 * How a license update that was done looks on the wire, as in Microsoft's sample: lists that are empty are not there.
 * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
 */
export const toLicenseUpdate = (
  { assigned, removed }: LicenseUpdate,
  warnings: readonly LicenseWarning[],
): JsonObject => ({
  ...(assigned.length === 0
    ? {}
    : {
        licensesToAssign: assigned.map(({ skuId, excludedPlans }) => ({
          skuId,
          ...(excludedPlans.length === 0 ? {} : { excludedPlans }),
        })),
      }),
  ...(removed.length === 0 ? {} : { licensesToRemove: removed }),
  licenseWarnings: warnings,
  attributes: { objectType: "LicenseUpdate" },
});
