import type { Catalog } from "../sku/catalog.ts";

/** A request that waits for seats. */
export interface ParkedRequest {
  readonly id: string;
  readonly userId: string;
  readonly acceptedAt: string;
  /** It needs a seat of each. */
  readonly skuIds: readonly string[];
  /** It has been sent on its way, and its seat is not taken yet. */
  readonly isResumed: boolean;
}

/**
 * Who gets the free seats: the oldest first. Where an older one has to go on waiting, no younger one overtakes it for the
 * same SKU. Pure.
 * @param parked oldest first
 */
export const assignSeats = <P extends ParkedRequest>(
  parked: readonly P[],
  catalog: Catalog,
): readonly P[] => {
  const free = new Map(catalog.map(({ skuId, availableUnits }) => [skuId, Math.max(0, availableUnits)]));
  const take = (skuIds: readonly string[]): void => {
    for (const skuId of skuIds) free.set(skuId, Math.max(0, (free.get(skuId) ?? 0) - 1));
  };
  for (const { skuIds } of parked.filter(({ isResumed }) => isResumed)) take(skuIds);
  return parked
    .filter(({ isResumed }) => !isResumed)
    .filter(({ skuIds }) => {
      const isServed = skuIds.every((skuId) => (free.get(skuId) ?? 0) > 0);
      if (isServed) take(skuIds);
      else for (const skuId of skuIds) free.set(skuId, 0);
      return isServed;
    });
};
