import { applyLicenseUpdate } from "./applyLicenseUpdate.ts";
import { plans, products, type ProductName } from "./products.ts";
import type { Customer, Subscription, User, World } from "./world.ts";

const customerIdAt = (at: number): string => `c0000000-0000-4000-8000-00000000000${at}`;

/** Tenant ids. */
export const customers = {
  contoso: customerIdAt(1),
  /** Conditional Access blocks the partner. */
  fabrikam: customerIdAt(2),
  /** The GDAP role is missing. */
  northwind: customerIdAt(3),
  adatum: customerIdAt(4),
  wingtip: customerIdAt(5),
  litware: customerIdAt(6),
} as const;
export type CustomerName = keyof typeof customers;

const userIdAt = (customerAt: number, at: number): string =>
  `a0000000-000${customerAt}-4000-8000-00000000000${at}`;

const usersAt = (customerAt: number) => ({
  ana: userIdAt(customerAt, 1),
  ben: userIdAt(customerAt, 2),
  carla: userIdAt(customerAt, 3),
  /** Holds an E3 without Yammer. */
  dario: userIdAt(customerAt, 4),
  elif: userIdAt(customerAt, 5),
  farid: userIdAt(customerAt, 6),
  /** A guest, with "#EXT#" in the user principal name. */
  gina: userIdAt(customerAt, 7),
  /** Without usage location. */
  noor: userIdAt(customerAt, 8),
});
export type UserName = keyof ReturnType<typeof usersAt>;

/** Object ids of users: the same people work for every customer. */
export const users: Readonly<Record<CustomerName, Readonly<Record<UserName, string>>>> = {
  contoso: usersAt(1),
  fabrikam: usersAt(2),
  northwind: usersAt(3),
  adatum: usersAt(4),
  wingtip: usersAt(5),
  litware: usersAt(6),
};

/** SKU ids. */
export const skus: Readonly<Record<ProductName, string>> = {
  e3: products.e3.id,
  e5: products.e5.id,
  powerBiPro: products.powerBiPro.id,
  visio: products.visio.id,
  teamsPhone: products.teamsPhone.id,
  ems: products.ems.id,
  project: products.project.id,
  minecraft: products.minecraft.id,
  windowsStore: products.windowsStore.id,
};

const SEATS = 25;
const VISIO_SEATS = 2;

const people: readonly (readonly [name: UserName, displayName: string, usageLocation: string | null])[] = [
  ["ana", "Ana Silva", "PT"],
  ["ben", "Ben Okafor", "GB"],
  ["carla", "Carla Rossi", "IT"],
  ["dario", "Dario Novak", "HR"],
  ["elif", "Elif Demir", "TR"],
  ["farid", "Farid Haddad", "FR"],
  ["gina", "Gina Park", "US"],
  ["noor", "Noor Jansen", null],
];

/** The user principal name of someone who works for a customer. */
export const userNameOf = (customer: CustomerName, name: UserName): string =>
  name === "gina"
    ? `gina_partner.example#EXT#@${customer}.onmicrosoft.com`
    : `${name}@${customer}.onmicrosoft.com`;

const toUsers = (customer: CustomerName): Customer["users"] =>
  new Map(
    people.map(([name, displayName, usageLocation]): [string, User] => {
      const id = users[customer][name];
      const userPrincipalName = userNameOf(customer, name);
      return [id, { id, userPrincipalName, displayName, usageLocation, licenses: new Map() }];
    }),
  );

/** New subscriptions to all products, with so many seats each. */
export const subscribe = (seats: number): Customer["subscriptions"] =>
  new Map(
    Object.values(products).map((product): [string, Subscription] => [
      product.id,
      { product, activeUnits: seats, warningUnits: 0, suspendedUnits: 0, consumedUnits: 0 },
    ]),
  );

const sellOut = (subscription: Subscription | undefined): void => {
  if (subscription === undefined) return;
  subscription.activeUnits = VISIO_SEATS;
  subscription.consumedUnits = VISIO_SEATS;
};

const seedCustomer = (name: CustomerName): Customer => {
  const customer: Customer = {
    id: customers[name],
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    conditionalAccessBlocks: name === "fabrikam",
    gdapRoleMissing: name === "northwind",
    noRelationship: false,
    subscriptions: subscribe(SEATS),
    users: toUsers(name),
  };
  sellOut(customer.subscriptions.get(skus.visio));
  const dario = customer.users.get(users[name].dario);
  if (dario !== undefined)
    applyLicenseUpdate(customer, dario, {
      assigned: [{ skuId: skus.e3, excludedPlans: [plans.yammer.id] }],
      removed: [],
    });
  return customer;
};

const customerNames = ["contoso", "fabrikam", "northwind", "adatum", "wingtip", "litware"] as const;

/** A new world of a few customers with eight users each. */
export const seedWorld = (): World => ({
  customers: new Map(customerNames.map((name) => [customers[name], seedCustomer(name)])),
});
