import { isGuid } from "../request/guid.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { Catalog, CatalogPlan, SubscribedSku } from "./catalog.ts";
import { findById } from "./catalog.ts";
import { closest, normalized } from "./closest.ts";
import { refsOf, type Assignment, type SkuRef, type Wish } from "./wish.ts";

/** Names → ids, or why not. */
export type Resolved =
  | { readonly kind: "wish"; readonly wish: Wish }
  | {
      readonly kind: "unknown";
      readonly category: "unknown-sku" | "unknown-plan" | "mixed-license-groups";
      readonly why: string;
    };

type Match<T> =
  | { readonly kind: "one"; readonly item: T }
  | { readonly kind: "none" | "several"; readonly candidates: readonly T[] };

const CANDIDATES = 3;

/** Exact first, then without regard to letter case and spacing. */
const match = <T>(
  written: string,
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
): Match<T> => {
  const exact = items.filter((item) => namesOf(item).includes(written));
  const wanted = normalized(written);
  const found =
    exact.length > 0
      ? exact
      : items.filter((item) => namesOf(item).some((name) => normalized(name) === wanted));
  const [item] = found;
  if (item === undefined) return { kind: "none", candidates: closest(written, items, namesOf, CANDIDATES) };
  return found.length === 1 ? { kind: "one", item } : { kind: "several", candidates: found };
};

const namesOfSku = ({ skuPartNumber, name }: SubscribedSku): readonly string[] => [skuPartNumber, name];
const namesOfPlan = ({ serviceName, displayName }: CatalogPlan): readonly string[] => [
  serviceName,
  displayName,
];
const showSku = ({ skuPartNumber, name, skuId }: SubscribedSku): string =>
  `${skuPartNumber} (${name}, ${skuId})`;
const showPlan = ({ serviceName, displayName }: CatalogPlan): string => `${serviceName} (${displayName})`;

const describe = <T>(
  what: string,
  written: string,
  { kind, candidates }: Exclude<Match<T>, { kind: "one" }>,
  show: (item: T) => string,
): string => {
  const shown = candidates.map(show).join("; ");
  if (kind === "several") return `"${written}" names several ${what}s: ${shown}`;
  return shown === ""
    ? `"${written}" names no ${what}: there is none`
    : `"${written}" names no ${what}; nearest: ${shown}`;
};

/** Thrown and caught in this file only: the first name that cannot be resolved ends the search. */
class Unknown extends Error {
  readonly category: "unknown-sku" | "unknown-plan";
  constructor(category: "unknown-sku" | "unknown-plan", why: string) {
    super(why);
    this.category = category;
  }
}

const toSkuId = (ref: SkuRef, catalog: Catalog): string => {
  if ("skuId" in ref) return ref.skuId;
  const found = match(ref.sku, catalog, namesOfSku);
  if (found.kind === "one") return found.item.skuId;
  throw new Unknown("unknown-sku", describe("subscribed SKU", ref.sku, found, showSku));
};

const toPlanId = (written: string, skuId: string, catalog: Catalog): string => {
  if (isGuid(written)) return written;
  const sku = findById(catalog, skuId);
  const found = match(written, sku?.plans ?? [], namesOfPlan);
  if (found.kind === "one") return found.item.id;
  const of = sku === undefined ? skuId : sku.skuPartNumber;
  throw new Unknown("unknown-plan", describe(`service plan of ${of}`, written, found, showPlan));
};

const groupsOf = ({ assign, remove }: Wish, catalog: Catalog): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  for (const skuId of [...assign.map((one) => one.skuId), ...remove]) {
    const sku = findById(catalog, skuId);
    if (sku === undefined) continue;
    groups.set(sku.group, [...(groups.get(sku.group) ?? []), sku.skuPartNumber]);
  }
  return groups;
};

/** True when names are to be found: without the catalog there is nothing to be called. */
export const needsNames = (request: LicenseRequest): boolean => {
  const { assign, remove } = refsOf(request);
  return (
    [...assign.map(({ ref }) => ref), ...remove].some((ref) => "sku" in ref) ||
    assign.some(({ excludedPlans }) => excludedPlans?.some((plan) => !isGuid(plan)) === true)
  );
};

/** True when the request alone does not tell what it comes to: for its names, or for the groups of its SKUs. */
export const needsCatalog = (request: LicenseRequest): boolean => {
  const { assign, remove } = refsOf(request);
  return needsNames(request) || assign.length + remove.length > 1;
};

/**
 * What a request comes to among the SKUs of its customer; ids that the catalog does not have are Partner Center's to
 * judge. Pure.
 */
export const resolve = (request: LicenseRequest, catalog: Catalog): Resolved => {
  const refs = refsOf(request);
  try {
    const assign = refs.assign.map(({ ref, excludedPlans }): Assignment => {
      const skuId = toSkuId(ref, catalog);
      if (excludedPlans === undefined || excludedPlans === null)
        return { skuId, ...(excludedPlans === null ? { excludedPlans } : {}) };
      return { skuId, excludedPlans: excludedPlans.map((plan) => toPlanId(plan, skuId, catalog)) };
    });
    const wish = { assign, remove: refs.remove.map((ref) => toSkuId(ref, catalog)) };
    const ids = [...assign.map(({ skuId }) => skuId), ...wish.remove];
    const twice = ids.find((skuId, at) => ids.indexOf(skuId) < at);
    if (twice !== undefined) {
      const name = findById(catalog, twice)?.skuPartNumber ?? twice;
      return { kind: "unknown", category: "unknown-sku", why: `two names of the request mean ${name}` };
    }
    const groups = groupsOf(wish, catalog);
    if (groups.size <= 1) return { kind: "wish", wish };
    const shown = [...groups].map(([group, names]) => `${names.join(", ")} in ${group}`).join("; ");
    return { kind: "unknown", category: "mixed-license-groups", why: shown };
  } catch (error) {
    if (error instanceof Unknown) return { kind: "unknown", category: error.category, why: error.message };
    throw error;
  }
};
