/** Licenses of one request must all come from one group: group1 is managed by Microsoft Entra ID, group2 is not. */
export type LicenseGroup = "group1" | "group2";
export type TargetType = "User" | "Tenant";

export interface ServicePlan {
  readonly id: string;
  readonly displayName: string;
  readonly serviceName: string;
  readonly targetType: TargetType;
}

export interface LicenseWarning {
  readonly code: string;
  readonly message: string;
  /** Names of plans, not ids. */
  readonly servicePlans: readonly string[];
}

/** What can be subscribed to; the same for all customers. */
export interface Product {
  /** The SKU id: a GUID in lower case, as all ids of the world are. */
  readonly id: string;
  readonly name: string;
  readonly skuPartNumber: string;
  readonly targetType: TargetType;
  readonly licenseGroupId: LicenseGroup;
  readonly servicePlans: readonly ServicePlan[];
  /** Comes with every success that assigns the product. */
  readonly warning?: LicenseWarning;
}

/** A customer's seats of a product. */
export interface Subscription {
  readonly product: Product;
  activeUnits: number;
  /** Seats in their grace period; these can still be assigned. */
  warningUnits: number;
  suspendedUnits: number;
  consumedUnits: number;
}

export interface User {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  /** Two letters, ISO 3166-1; without it no license can be assigned. */
  usageLocation: string | null;
  /** SKU id → ids of the plans that are off. */
  readonly licenses: Map<string, readonly string[]>;
}

export interface Customer {
  /** The tenant id. */
  readonly id: string;
  readonly name: string;
  /** The customer's Conditional Access policy blocks the partner. */
  conditionalAccessBlocks: boolean;
  /** The partner's account has too few privileges in the customer's tenant. */
  gdapRoleMissing: boolean;
  /** The partner has no commerce relationship with the customer. */
  noRelationship: boolean;
  /** By SKU id. */
  readonly subscriptions: Map<string, Subscription>;
  /** By user id. */
  readonly users: Map<string, User>;
}

/** What Partner Center knows. Free to be changed by whoever plays a story. */
export interface World {
  /** By tenant id. */
  readonly customers: Map<string, Customer>;
}

/** Finds a user by object id or user principal name, in any casing. */
export const findUser = ({ users }: Customer, idOrName: string): User | undefined => {
  const wanted = idOrName.toLowerCase();
  return (
    users.get(wanted) ?? [...users.values()].find((user) => user.userPrincipalName.toLowerCase() === wanted)
  );
};

export const totalUnits = ({ activeUnits, warningUnits }: Subscription): number => activeUnits + warningUnits;

/** Seats left; negative when seats were taken away from under their users. */
export const availableUnits = (subscription: Subscription): number =>
  totalUnits(subscription) - subscription.consumedUnits;
