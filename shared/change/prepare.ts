import { causeOf, type Cause } from "../outcome/causes.ts";
import { isOfSuccess } from "../outcome/isOfSuccess.ts";
import { requestCauses } from "../outcome/requestCauses.ts";
import type { Found, NotFound, Reader } from "../partner-center/client.ts";
import type { SkuCatalogs } from "../partner-center/skuCatalogs.ts";
import type { UserIds } from "../partner-center/userIds.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { Catalog } from "../sku/catalog.ts";
import { remainingOf, type HeldLicense } from "../sku/remaining.ts";
import { needsCatalog, needsNames, resolve } from "../sku/resolve.ts";
import { isEmpty, refsOf, skuIdsOf, type Wish } from "../sku/wish.ts";
import type { ReadHeld } from "./readHeld.ts";

/** A read found out that the request cannot be carried out. */
export interface Unfit {
  readonly kind: "refused";
  readonly cause: Cause;
  readonly description: string;
  readonly status?: number;
  readonly code?: number;
}

/** What is to be called for a request, as far as reads can tell. */
export type Prepared =
  | {
      readonly kind: "ready";
      /** What is left to be done, by ids. */
      readonly wish: Wish;
      /** Every SKU of the request. */
      readonly skuIds: readonly string[];
      /** The user as Partner Center takes it in reads and calls. */
      readonly userId: string;
      /** Why it could not be told whether the wish is true already. */
      readonly unread?: string;
    }
  | { readonly kind: "fulfilled"; readonly skuIds: readonly string[] }
  | Unfit
  | { readonly kind: "notNow"; readonly why: string; readonly retryAfterMs: number }
  | { readonly kind: "badToken"; readonly unfit: Unfit };

export interface PrepareDeps {
  readonly readHeld: ReadHeld;
  readonly catalogs: SkuCatalogs;
  readonly userIds: UserIds;
}

/** @param isReadBack the change may have been made before: what the user holds decides what is left */
export type Prepare = (request: LicenseRequest, reader: Reader, isReadBack: boolean) => Promise<Prepared>;

/** A customer's SKUs are read again for a name that is not among them, but not more often than this. */
const FRESH_MS = 30_000;

/** Whether a read that found nothing may find something in a while. */
export const passes = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 429 || status >= 500 || isOfSuccess(status);

/** What follows when a read that is needed found nothing. */
export const toUnprepared = (
  { status, code, why, retryAfterMs }: NotFound,
  what: string,
): Exclude<Prepared, { kind: "ready" | "fulfilled" }> => {
  if (status === undefined || passes(status)) return { kind: "notNow", why: `${what}: ${why}`, retryAfterMs };
  const unfit: Unfit = {
    kind: "refused",
    cause: causeOf(status, code),
    description: `Reading ${what}: Partner Center ${why}`,
    status,
    ...present({ code }),
  };
  return status === 401 ? { kind: "badToken", unfit } : unfit;
};

/** Whether only the plans of licenses that are there are left: without the SKUs nobody can tell how they are. */
const isAboutPlans = ({ assign, remove }: Wish, held: readonly HeldLicense[]): boolean =>
  remove.length === 0 && assign.every((one) => held.some(({ skuId }) => skuId === one.skuId));

/**
 * Reads what has to be known before the call: the ids of names, the license groups of SKUs, and what the user holds.
 * Of these, as few as will do: a request by ids with `excludedPlans` needs none.
 */
export const makePrepare = ({ readHeld, catalogs, userIds }: PrepareDeps): Prepare => {
  const readCatalog = async (
    request: LicenseRequest,
    reader: Reader,
    isReadBack: boolean,
  ): Promise<Found<Catalog>> => {
    // Whether all plans are as wished, only the plans of the SKU can tell
    const isNeeded = needsCatalog(request) || (isReadBack && request.licensesToAssign !== undefined);
    if (!isNeeded) return { kind: "found", value: [] };
    const found = await catalogs.of(request.customerId, reader);
    if (found.kind === "notFound" || !needsNames(request)) return found;
    // A name that is not there may be that of a subscription bought a moment ago
    const isThere = resolve(request, found.value).kind === "wish";
    return isThere ? found : catalogs.of(request.customerId, reader, FRESH_MS);
  };

  return async (request, reader, isReadBack) => {
    const found = await readCatalog(request, reader, isReadBack);
    let noCatalog: string | undefined;
    if (found.kind === "notFound") {
      const unprepared = toUnprepared(found, "the customer's SKUs");
      if (needsNames(request) || unprepared.kind !== "refused") return unprepared;
      noCatalog = unprepared.description;
    }
    const catalog = found.kind === "found" ? found.value : [];
    const resolved = resolve(request, catalog);
    if (resolved.kind === "unknown") {
      const { category, why } = resolved;
      return { kind: "refused", cause: requestCauses[category], description: why };
    }
    const { wish } = resolved;
    const skuIds = skuIdsOf(wish);
    const leavesPlans = refsOf(request).assign.some(({ excludedPlans }) => excludedPlans === undefined);
    const { userId } = request;
    if (!isReadBack && !leavesPlans && wish.remove.length === 0)
      return { kind: "ready", wish, skuIds, userId: userIds.known(request) ?? userId };

    const read = await readHeld(request, reader);
    if (read.held.kind === "notFound") {
      const unprepared = toUnprepared(read.held, "the user's licenses");
      // Without knowing what is held, a license could be given plans that somebody has turned off
      return leavesPlans || unprepared.kind !== "refused"
        ? unprepared
        : { kind: "ready", wish, skuIds, userId: read.userId, unread: unprepared.description };
    }
    const left = remainingOf(wish, read.held.value, catalog);
    if (isEmpty(left)) return { kind: "fulfilled", skuIds };
    const unread = isAboutPlans(left, read.held.value) ? noCatalog : undefined;
    return { kind: "ready", wish: left, skuIds, userId: read.userId, ...present({ unread }) };
  };
};
