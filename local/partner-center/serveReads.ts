import { z } from "zod";

import { collection, type Answer } from "./answer.ts";
import { refuse } from "./documentedErrors.ts";
import { toCustomerUser, toLicense, toSubscribedSku } from "./resources.ts";
import { withUser, type Scene } from "./scene.ts";
import type { LicenseGroup, World } from "./world.ts";

const Groups = z.array(z.enum(["group1", "group2"]));

const withGroups = (
  { call }: Scene,
  serve: (isWanted: (group: LicenseGroup) => boolean) => Answer,
): Answer => {
  const asked = [...call.query]
    .filter(([name]) => name.toLowerCase() === "licensegroupids")
    .map(([, value]) => value.toLowerCase());
  const groups = Groups.safeParse(asked.length === 0 ? ["group1"] : asked);
  if (!groups.success)
    return refuse(400, 3000, { description: 'The property "licenseGroupIds" is invalid.' });
  return serve((group) => groups.data.includes(group));
};

export const serveSubscribedSkus = (scene: Scene): Answer =>
  withGroups(scene, (isWanted) => {
    const subscriptions = scene.customer.subscriptions.values();
    return collection(
      [...subscriptions].filter(({ product }) => isWanted(product.licenseGroupId)).map(toSubscribedSku),
    );
  });

export const serveLicenses = (scene: Scene): Answer =>
  withGroups(scene, (isWanted) =>
    withUser(scene, (user) => {
      const { customer, state, nowMs } = scene;
      const { readsLagMs, excludedPlansShow } = state.settings;
      const held = [...state.history.heldAt(user, nowMs - readsLagMs)];
      return collection(
        held.flatMap(([skuId, excludedPlans]) => {
          const product = customer.subscriptions.get(skuId)?.product;
          if (product === undefined || !isWanted(product.licenseGroupId)) return [];
          return [toLicense(product, excludedPlans, excludedPlansShow)];
        }),
      );
    }),
  );

export const serveCustomers = ({ customers }: World): Answer =>
  collection(
    [...customers.values()].map(({ id, name }) => ({
      id,
      companyProfile: {
        tenantId: id,
        companyName: name,
        attributes: { objectType: "CustomerCompanyProfile" },
      },
      attributes: { objectType: "Customer" },
    })),
  );

const USERS_MAX = 500;

/**
 * Paged: `size`, and the header MS-ContinuationToken, which here is the place to go on from. The body names the next
 * page: https://learn.microsoft.com/rest/api/partner-center/manage-customer-accounts/get-users-for-a-customer has the
 * token, https://learn.microsoft.com/partner-center/developer/get-invoiceline-items the form of the link.
 */
export const serveUsers = ({ call, customer }: Scene): Answer => {
  const size = Math.min(USERS_MAX, Number(call.query.get("size") ?? USERS_MAX) || USERS_MAX);
  const from = Number(call.continuation ?? 0) || 0;
  const users = [...customer.users.values()];
  const page = users.slice(from, from + size).map((user) => toCustomerUser(customer, user));
  const uri = `/customers/${customer.id}/users`;
  const self = { uri, method: "GET", headers: [] };
  if (from + size >= users.length) return collection(page, { links: { self } });
  const continuationToken = String(from + size);
  const headers = [{ key: "MS-ContinuationToken", value: continuationToken }];
  const next = { uri: `${uri}?size=${size}&seekOperation=Next`, method: "GET", headers };
  return collection(page, { continuationToken, links: { self, next } });
};

export const serveUser = (scene: Scene): Answer =>
  withUser(scene, (user) => ({ status: 200, body: toCustomerUser(scene.customer, user) }));
