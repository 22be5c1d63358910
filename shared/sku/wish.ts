import type { LicenseRequest } from "../request/schema.ts";

/** One license to assign, by ids. */
export interface Assignment {
  readonly skuId: string;
  /** Ids of the plans to leave off; null turns all on; undefined leaves those of a license that is held as they are. */
  readonly excludedPlans?: readonly string[] | null;
}

/** What a request comes to once its names are ids. */
export interface Wish {
  readonly assign: readonly Assignment[];
  readonly remove: readonly string[];
}

/** How a SKU is named: by its id, or by part number or product name. */
export type SkuRef = { readonly skuId: string } | { readonly sku: string };

/** What to assign and to remove, as the request names it. */
export const refsOf = ({
  licensesToAssign = [],
  licensesToRemove = [],
}: Pick<LicenseRequest, "licensesToAssign" | "licensesToRemove">) => ({
  assign: licensesToAssign.map(({ skuId, sku = "", excludedPlans }) => ({
    ref: skuId === undefined ? { sku } : { skuId },
    excludedPlans,
  })),
  remove: licensesToRemove.map((entry): SkuRef => (typeof entry === "string" ? { skuId: entry } : entry)),
});

export const skuIdsOf = ({ assign, remove }: Wish): readonly string[] => [
  ...assign.map(({ skuId }) => skuId),
  ...remove,
];

export const isEmpty = ({ assign, remove }: Wish): boolean => assign.length === 0 && remove.length === 0;
