import type { Log } from "../log.ts";
import { causeOf, type Cause } from "../outcome/causes.ts";
import { requestCauses } from "../outcome/requestCauses.ts";
import type { Found, NotFound, PartnerCenterClient, Reader } from "../partner-center/client.ts";
import type { CustomerUser } from "../partner-center/resources.ts";
import type { SkuCatalogs } from "../partner-center/skuCatalogs.ts";
import type { UserIds } from "../partner-center/userIds.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { findById, type Catalog } from "../sku/catalog.ts";
import { remainingOf, type HeldLicense } from "../sku/remaining.ts";
import { resolve } from "../sku/resolve.ts";
import type { Wish } from "../sku/wish.ts";
import { passes } from "./prepare.ts";
import { CannotRead, type GetReader } from "./reader.ts";
import { isUnreadableName } from "./readHeld.ts";

/** What would come of one license of a request. */
export type PreviewResult =
  "assign" | "change plans" | "remove" | "already so" | "no seats" | "location missing" | "not subscribed";

export interface PreviewItem {
  readonly action: "assign" | "remove";
  readonly skuId: string;
  readonly skuPartNumber?: string;
  readonly name?: string;
  readonly result: PreviewResult;
  /** Free seats, for a license to be assigned. */
  readonly available?: number;
  readonly detail?: string;
}

export interface Preview {
  /** What would be refused as a whole, and why; there are no items then. */
  readonly refusal?: Pick<Cause, "category" | "owner" | "meaning" | "remedy"> & {
    readonly description: string;
  };
  readonly user?: CustomerUser;
  readonly items: readonly PreviewItem[];
}

export interface PreviewDeps {
  readonly partnerCenter: Pick<PartnerCenterClient, "user" | "heldLicenses">;
  readonly catalogs: SkuCatalogs;
  readonly userIds: UserIds;
  readonly getReader: GetReader;
}

/** What would happen; reads only. @throws {CannotRead} when Partner Center cannot be asked now */
export type PreviewRequest = (request: LicenseRequest, log: Log) => Promise<Preview>;

/** Seats may have been bought a moment ago, but a file of requests must not read them for each. */
const SEATS_AGE_MS = 5000;

const INHERITED =
  "Partner Center does not say whether a license comes from a group; such a one cannot be removed here";

const toRefusal = ({ category, owner, meaning, remedy }: Cause, description: string): Preview => ({
  refusal: { category, owner, meaning, remedy, description },
  items: [],
});

/** A token that is refused is for the relay to mend, not for whoever asks. */
const isPassing = ({ status }: NotFound): boolean => status === 401 || passes(status);

const unavailable = ({ why, retryAfterMs }: NotFound): CannotRead =>
  new CannotRead(`Partner Center ${why}`, retryAfterMs);

/** Item by item, what a wish comes to for a user. Pure. */
const previewItems = (
  wish: Wish,
  user: CustomerUser,
  held: readonly HeldLicense[],
  catalog: Catalog,
  usageLocation: string | undefined,
): readonly PreviewItem[] => {
  const left = remainingOf(wish, held, catalog);
  const toAssign = new Set(left.assign.map(({ skuId }) => skuId));
  const toRemove = new Set(left.remove);
  const isHeld = (skuId: string): boolean => held.some((license) => license.skuId === skuId);
  const hasPlace = user.usageLocation !== undefined || usageLocation !== undefined;

  const about = (skuId: string) => {
    const sku = findById(catalog, skuId);
    return sku === undefined ? { skuId } : { skuId, skuPartNumber: sku.skuPartNumber, name: sku.name };
  };
  const assigning = (skuId: string): Pick<PreviewItem, "result" | "available" | "detail"> => {
    const sku = findById(catalog, skuId);
    if (!toAssign.has(skuId)) return { result: "already so" };
    if (sku === undefined) return { result: "not subscribed" };
    const available = sku.availableUnits;
    if (isHeld(skuId)) return { result: "change plans", available };
    if (!hasPlace)
      return {
        result: "location missing",
        available,
        detail: "The user has no usage location; send usageLocation with the request",
      };
    return { result: available > 0 ? "assign" : "no seats", available };
  };

  return [
    ...wish.assign.map(({ skuId }): PreviewItem => ({
      action: "assign",
      ...about(skuId),
      ...assigning(skuId),
    })),
    ...wish.remove.map((skuId): PreviewItem =>
      toRemove.has(skuId)
        ? { action: "remove", ...about(skuId), result: "remove", detail: INHERITED }
        : { action: "remove", ...about(skuId), result: "already so" },
    ),
  ];
};

const refused = (found: NotFound, what: string): Preview => {
  if (isPassing(found)) throw unavailable(found);
  const cause = causeOf(found.status ?? 500, found.code);
  return toRefusal(cause, `Reading ${what}: Partner Center ${found.why}`);
};

export const makePreview = ({ partnerCenter, catalogs, userIds, getReader }: PreviewDeps): PreviewRequest => {
  const readUser = async (
    { customerId, userId }: LicenseRequest,
    reader: Reader,
  ): Promise<Found<CustomerUser>> => {
    const known = userIds.known({ customerId, userId }) ?? userId;
    const found = await partnerCenter.user({ customerId, userId: known }, reader);
    if (!isUnreadableName(found, known)) return found;
    const listed = await userIds.find({ customerId, userId }, reader);
    if (listed.kind === "notFound") return listed;
    return listed.value === undefined
      ? found
      : partnerCenter.user({ customerId, userId: listed.value }, reader);
  };

  return async (request, log) => {
    const reader = await getReader(log);
    const { customerId, usageLocation } = request;
    const catalog = await catalogs.of(customerId, reader, SEATS_AGE_MS);
    if (catalog.kind === "notFound") return refused(catalog, "the customer's SKUs");
    const resolved = resolve(request, catalog.value);
    if (resolved.kind === "unknown") return toRefusal(requestCauses[resolved.category], resolved.why);
    const user = await readUser(request, reader);
    if (user.kind === "notFound") return refused(user, "the user");
    const held = await partnerCenter.heldLicenses({ customerId, userId: user.value.id }, reader);
    if (held.kind === "notFound") return refused(held, "the user's licenses");
    const items = previewItems(resolved.wish, user.value, held.value, catalog.value, usageLocation);
    return { user: user.value, items };
  };
};
