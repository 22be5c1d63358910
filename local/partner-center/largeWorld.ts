import { subscribe } from "./seed.ts";
import type { Customer, User, World } from "./world.ts";

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** The tenant id of the nth customer of a large world, from 0. */
export const customerIdAt = (customer: number): string => `d0000000-0000-4000-8000-${hex(customer, 12)}`;

/** The object id of the nth user of the nth customer of a large world, both from 0. */
export const userIdAt = (customer: number, user: number): string =>
  `${hex(customer, 8)}-0000-4000-9000-${hex(user, 12)}`;

const toUser = (customer: number, at: number): User => ({
  id: userIdAt(customer, at),
  userPrincipalName: `user${at}@customer${customer}.onmicrosoft.com`,
  displayName: `User ${at}`,
  usageLocation: "US",
  licenses: new Map(),
});

const toCustomer = (at: number, usersEach: number): Customer => ({
  id: customerIdAt(at),
  name: `Customer ${at}`,
  conditionalAccessBlocks: false,
  gdapRoleMissing: false,
  noRelationship: false,
  subscriptions: subscribe(usersEach),
  users: new Map(Array.from({ length: usersEach }, (_, user) => [userIdAt(at, user), toUser(at, user)])),
});

/** A new world of so many customers with so many users each, and a seat of every product for every user. */
export const largeWorld = (customerCount: number, usersEach: number): World => ({
  customers: new Map(
    Array.from({ length: customerCount }, (_, at) => [customerIdAt(at), toCustomer(at, usersEach)]),
  ),
});
