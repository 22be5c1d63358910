import { z } from "zod";

import { availableUnits, type Customer, type User, type World } from "./world.ts";

const text = z.string();

/** The world as data, for whoever looks at it from another process. */
export const WorldView = z.strictObject({
  customers: z.array(
    z.strictObject({
      id: text,
      name: text,
      conditionalAccessBlocks: z.boolean(),
      gdapRoleMissing: z.boolean(),
      noRelationship: z.boolean(),
      subscriptions: z.array(
        z.strictObject({
          skuId: text,
          skuPartNumber: text,
          activeUnits: z.int(),
          consumedUnits: z.int(),
          availableUnits: z.int(),
        }),
      ),
      users: z.array(
        z.strictObject({
          id: text,
          userPrincipalName: text,
          displayName: text,
          usageLocation: text.nullable(),
          licenses: z.array(z.strictObject({ skuId: text, excludedPlans: z.array(text) })),
        }),
      ),
    }),
  ),
});
export type WorldView = z.infer<typeof WorldView>;
type CustomerView = WorldView["customers"][number];

const toUserView = ({ licenses, ...user }: User): CustomerView["users"][number] => ({
  ...user,
  licenses: [...licenses].map(([skuId, excludedPlans]) => ({ skuId, excludedPlans: [...excludedPlans] })),
});

const toCustomerView = ({ subscriptions, users, ...customer }: Customer): CustomerView => ({
  ...customer,
  subscriptions: [...subscriptions.values()].map((subscription) => ({
    skuId: subscription.product.id,
    skuPartNumber: subscription.product.skuPartNumber,
    activeUnits: subscription.activeUnits,
    consumedUnits: subscription.consumedUnits,
    availableUnits: availableUnits(subscription),
  })),
  users: [...users.values()].map(toUserView),
});

export const toWorldView = ({ customers }: World): WorldView => ({
  customers: [...customers.values()].map(toCustomerView),
});
