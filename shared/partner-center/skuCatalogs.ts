import type { Catalog } from "../sku/catalog.ts";
import type { Found, PartnerCenterClient, Reader } from "./client.ts";

/** What each customer has subscribed to, kept for a while. */
export interface SkuCatalogs {
  /** Not older than `maxAgeMs`; one read for all who wait. */
  of(customerId: string, reader: Reader, maxAgeMs?: number): Promise<Found<Catalog>>;
}

/** Names, groups and plans hardly ever change; seats do, and whoever needs them asks for a fresh read. */
const LIFETIME_MS = 10 * 60_000;
const CUSTOMERS_MAX = 500;

interface Kept {
  readonly catalog: Catalog;
  readonly atMs: number;
}

export const makeSkuCatalogs = (
  partnerCenter: Pick<PartnerCenterClient, "subscribedSkus">,
  now: () => number,
): SkuCatalogs => {
  // A Map keeps the order of arrival, so the oldest comes first
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<Found<Catalog>>>();

  const read = async (customerId: string, reader: Reader): Promise<Found<Catalog>> => {
    const atMs = now();
    const found = await partnerCenter.subscribedSkus(customerId, reader);
    if (found.kind === "found") {
      kept.delete(customerId);
      kept.set(customerId, { catalog: found.value, atMs });
      const [oldest] = kept.keys();
      if (kept.size > CUSTOMERS_MAX && oldest !== undefined) kept.delete(oldest);
    }
    return found;
  };

  return {
    of(customerId, reader, maxAgeMs = LIFETIME_MS) {
      const known = kept.get(customerId);
      if (known !== undefined && now() - known.atMs < maxAgeMs)
        return Promise.resolve({ kind: "found", value: known.catalog });
      const underWay =
        reading.get(customerId) ??
        read(customerId, reader).finally(() => {
          reading.delete(customerId);
        });
      reading.set(customerId, underWay);
      return underWay;
    },
  };
};
