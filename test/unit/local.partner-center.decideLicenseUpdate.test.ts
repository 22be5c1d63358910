import fc from "fast-check";
import { expect, test } from "vitest";

import { applyLicenseUpdate } from "../../local/partner-center/applyLicenseUpdate.ts";
import { decideLicenseUpdate } from "../../local/partner-center/decideLicenseUpdate.ts";
import { customerIdAt, largeWorld, userIdAt } from "../../local/partner-center/largeWorld.ts";
import { skus } from "../../local/partner-center/seed.ts";
import { defaultSettings } from "../../local/partner-center/settings.ts";
import type { Customer, User } from "../../local/partner-center/world.ts";

const USERS = 3;
const SEATS = 2;
const traded = [skus.e3, skus.e5, skus.powerBiPro] as const;

const openShop = (): { customer: Customer; at: (user: number) => User } => {
  const customer = largeWorld(1, USERS).customers.get(customerIdAt(0));
  if (customer === undefined) throw new Error("The world has no customers");
  for (const subscription of customer.subscriptions.values()) subscription.activeUnits = SEATS;
  return {
    customer,
    at: (user) => {
      const found = customer.users.get(userIdAt(0, user));
      if (found === undefined) throw new Error(`The world has no user ${user}`);
      return found;
    },
  };
};

const step = fc.record({
  user: fc.nat({ max: USERS - 1 }),
  assigned: fc.subarray([...traded]),
  removed: fc.subarray([...traded]),
});

test("updates, refused or not, leave as many seats taken as there are licenses held, and never too many", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { customer, at } = openShop();
      for (const { user, assigned, removed } of steps) {
        const update = { assigned: assigned.map((skuId) => ({ skuId, excludedPlans: [] })), removed };
        const decision = decideLicenseUpdate({ customer, user: at(user), update, rules: defaultSettings });
        if (decision.kind === "good") applyLicenseUpdate(customer, at(user), decision.value.change);
      }
      for (const [skuId, { consumedUnits }] of customer.subscriptions) {
        const held = [...customer.users.values()].filter(({ licenses }) => licenses.has(skuId)).length;
        expect(consumedUnits).toBe(held);
        expect(consumedUnits).toBeLessThanOrEqual(SEATS);
      }
    }),
    { numRuns: 100 },
  );
});

test("decideLicenseUpdate() changes nothing itself", () => {
  const { customer, at } = openShop();
  const before = structuredClone(customer);
  const update = { assigned: [{ skuId: skus.e3, excludedPlans: [] }], removed: [] };
  expect(decideLicenseUpdate({ customer, user: at(0), update, rules: defaultSettings }).kind).toBe("good");
  expect(customer).toEqual(before);
});
