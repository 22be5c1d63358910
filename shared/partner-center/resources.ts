import { z } from "zod";

import { present } from "../present.ts";
import type { Catalog } from "../sku/catalog.ts";
import type { HeldLicense } from "../sku/remaining.ts";
import { noError } from "./noError.ts";

/** A user of a customer. */
export interface CustomerUser {
  readonly id: string;
  readonly userPrincipalName: string;
  /** Two letters (ISO 3166-1); undefined when it is not set. */
  readonly usageLocation: string | undefined;
}

// It ends up in an address, which cannot hold a lone UTF-16 surrogate
const guid = z
  .string()
  .toLowerCase()
  .overwrite((id) => id.toWellFormed());
const text = z.string().catch("");
const count = z.number().catch(0);
const Plan = z.object({
  id: guid,
  servicename: text,
  displayname: text,
  capabilitystatus: text,
  targettype: z.string().catch("User"),
});

/** Null is no plan; anything else but a list says nothing of plans. */
const plans = z
  .array(Plan)
  .nullish()
  .transform((found) => found ?? []);

const Link = z.object({ headers: z.array(z.object({ key: z.string(), value: z.string() })).catch([]) });

/**
 * A collection, of which nothing may be missing unseen: who is taken to hold nothing, has nothing left to be removed.
 * Keys are in lower case by now: the pages and the samples disagree on them.
 * https://learn.microsoft.com/rest/api/partner-center/manage-customer-accounts/get-users-for-a-customer
 */
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    ...noError,
    items: z.array(item),
    totalcount: z.int().nonnegative().nullish(),
    continuationtoken: z.string().nullish(),
    links: z.object({ next: Link.nullish() }).nullish(),
  });
type Page = z.output<ReturnType<typeof pageOf>>;

const hasNext = ({ links, continuationtoken }: Page): boolean =>
  Boolean(links?.next) || Boolean(continuationtoken);

/** What a list does not have, it must not count; and what has nothing, must say so. */
const isWhole = ({ items, totalcount }: Page): boolean =>
  typeof totalcount === "number" ? totalcount <= items.length : items.length > 0;

/** A collection of which no paging is documented: what is on another page would be missing. */
const collectionOf = <T extends z.ZodType>(item: T) =>
  pageOf(item).refine((page) => isWhole(page) && !hasNext(page));

/** GET …/licenses: https://learn.microsoft.com/partner-center/developer/check-which-licenses-are-assigned-to-a-user */
export const Licenses = collectionOf(
  z.object({ productsku: z.object({ id: guid }), serviceplans: plans }),
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
    serviceplans: plans,
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
  ...noError,
  id: guid,
  userprincipalname: text,
  usagelocation: z.string().nullish(),
});
const toUser = ({ id, userprincipalname, usagelocation }: z.infer<typeof UserFields>): CustomerUser => ({
  id,
  userPrincipalName: userprincipalname,
  usageLocation: usagelocation?.trim() ? usagelocation : undefined,
});

/** GET and PATCH …/users/{user-id}. */
export const User = UserFields.transform(toUser);

/** One page of GET …/users. */
export interface UserPage {
  readonly users: readonly CustomerUser[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The header that asks for the next page. */
export const CONTINUATION = "ms-continuationtoken";

const nextOf = ({ links, continuationtoken }: Page): string | undefined => {
  const header = links?.next?.headers.find(({ key }) => key.toLowerCase() === CONTINUATION);
  return header?.value || continuationtoken || undefined;
};

const RawUsers = pageOf(UserFields);
const toUserPage = (page: z.output<typeof RawUsers>): UserPage => ({
  users: page.items.map(toUser),
  ...present({ next: nextOf(page) }),
});
const isReachable = (page: Page): boolean => !hasNext(page) || nextOf(page) !== undefined;

/** Whether the count is of a page or of all, nobody says: it is held against the first page only. */
export const FirstUsers = RawUsers.refine(
  (page) => isReachable(page) && (hasNext(page) || isWhole(page)),
).transform(toUserPage);
export const Users = RawUsers.refine(isReachable).transform(toUserPage);

/** The first of GET /v1/customers: https://learn.microsoft.com/partner-center/developer/get-a-list-of-customers */
export const Customers = pageOf(z.object({ id: z.guid() })).refine(
  ({ items, totalcount }) => items.length > 0 || totalcount === 0,
);
