/** A service plan of a SKU. */
export interface CatalogPlan {
  /** A GUID in lower case. */
  readonly id: string;
  readonly serviceName: string;
  readonly displayName: string;
  readonly isForUsers: boolean;
}

/** One SKU that a customer has subscribed to. */
export interface SubscribedSku {
  /** A GUID in lower case. */
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly name: string;
  /**
   * The license group; licenses of one request must be of one. Not on every version of the page any more.
   * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
   */
  readonly group: string;
  readonly availableUnits: number;
  readonly isForUsers: boolean;
  readonly plans: readonly CatalogPlan[];
}

/** What a customer has subscribed to, in both license groups. */
export type Catalog = readonly SubscribedSku[];

export const findById = (catalog: Catalog, skuId: string): SubscribedSku | undefined =>
  catalog.find((sku) => sku.skuId === skuId);

/** A SKU as people know it. */
export const labelOf = (catalog: Catalog, skuId: string): string =>
  findById(catalog, skuId)?.skuPartNumber ?? skuId;
