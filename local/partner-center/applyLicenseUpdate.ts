import type { LicenseUpdate } from "./readLicenseUpdate.ts";
import type { Customer, User } from "./world.ts";

const takeSeats = (customer: Customer, skuId: string, seats: number): void => {
  const subscription = customer.subscriptions.get(skuId);
  if (subscription !== undefined) subscription.consumedUnits += seats;
};

/** Does what was decided: a new license takes a seat, a removed one frees it, a held one gets the new plans. */
export const applyLicenseUpdate = (
  customer: Customer,
  user: User,
  { assigned, removed }: LicenseUpdate,
): void => {
  for (const { skuId, excludedPlans } of assigned) {
    if (!user.licenses.has(skuId)) takeSeats(customer, skuId, 1);
    user.licenses.set(skuId, excludedPlans);
  }
  for (const skuId of removed) {
    if (user.licenses.delete(skuId)) takeSeats(customer, skuId, -1);
  }
};
