import { z } from "zod";

import type { Catalog } from "../sku/catalog.ts";
import type { HeldLicense } from "../sku/remaining.ts";

/** A user of a customer. */
export interface CustomerUser {
  readonly id: string;
  readonly userPrincipalName: string;
  /** Two letters (ISO 3166-1); undefined when it is not set. */
  readonly usageLocation: string | undefined;
}

const guid = z.string().toLowerCase();
const text = z.string().catch("");
const count = z.number().catch(0);
const Plan = z.object({
  id: guid,
  servicename: text,
  displayname: text,
  capabilitystatus: text,
  targettype: z.string().catch("User"),
});

// Keys are in lower case by now: the pages and the samples disagree on them
const collectionOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

/** GET …/licenses: https://learn.microsoft.com/partner-center/developer/check-which-licenses-are-assigned-to-a-user */
export const Licenses = collectionOf(
  z.object({ productsku: z.object({ id: guid }), serviceplans: z.array(Plan).catch([]) }),
).transform(({ items }): readonly HeldLicense[] =>
  items.map(({ productsku, serviceplans }) => ({
    skuId: productsku.id,
    plans: serviceplans.map(({ id, capabilitystatus }) => ({ id, capabilityStatus: capabilitystatus })),
  })),
);

const isForUsers = (targetType: string): boolean => targetType.toLowerCase() === "user";

/** GET …/subscribedskus: https://learn.microsoft.com/partner-center/developer/get-a-list-of-available-licenses */
export const SubscribedSkus = collectionOf(
  z.object({
    availableunits: count,
    productsku: z.object({
      id: guid,
      name: text,
      skupartnumber: text,
      licensegroupid: z.string().toLowerCase().catch("group1"),
      targettype: z.string().catch("User"),
    }),
    serviceplans: z.array(Plan).catch([]),
  }),
).transform(({ items }): Catalog =>
  items.map(({ availableunits, productsku, serviceplans }) => ({
    skuId: productsku.id,
    skuPartNumber: productsku.skupartnumber,
    name: productsku.name,
    group: productsku.licensegroupid,
    availableUnits: availableunits,
    isForUsers: isForUsers(productsku.targettype),
    plans: serviceplans.map(({ id, servicename, displayname, targettype }) => ({
      id,
      serviceName: servicename,
      displayName: displayname,
      isForUsers: isForUsers(targettype),
    })),
  })),
);

const UserFields = z.object({
  id: guid,
  userprincipalname: text,
  usagelocation: z.string().nullish().catch(undefined),
});
const toUser = ({ id, userprincipalname, usagelocation }: z.infer<typeof UserFields>): CustomerUser => ({
  id,
  userPrincipalName: userprincipalname,
  usageLocation: usagelocation?.trim() ? usagelocation : undefined,
});

/** GET and PATCH …/users/{user-id}. */
export const User = UserFields.transform(toUser);

/** One page of GET …/users. */
export const Users = collectionOf(UserFields).transform(({ items }) => items.map(toUser));
