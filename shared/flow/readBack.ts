import { isFulfilled, needsPlans, type PlanCatalog } from "../outcome/isFulfilled.ts";
import type { Found, PartnerCenter } from "../partner-center/partnerCenter.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** Whether the wish of a request is already true, as far as the user's licenses tell. */
export type ReadBack =
  | { readonly kind: "fulfilled" }
  | { readonly kind: "open" }
  | { readonly kind: "notNow"; readonly why: string; readonly retryAfterMs: number }
  | { readonly kind: "badToken"; readonly why: string }
  | { readonly kind: "untold"; readonly why: string };

const passes = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 429 || status >= 500;

const failed = ({ status, why, retryAfterMs }: Extract<Found<unknown>, { kind: "notFound" }>): ReadBack => {
  if (passes(status)) return { kind: "notNow", why, retryAfterMs };
  return { kind: status === 401 ? "badToken" : "untold", why };
};

const NO_PLANS: Found<PlanCatalog> = { kind: "found", value: new Map() };

/** Reads what the user holds and compares it with what the request wants. */
export const readBack = async (
  partnerCenter: PartnerCenter,
  request: LicenseRequest,
  token: string,
): Promise<ReadBack> => {
  const held = await partnerCenter.heldLicenses(request, token);
  if (held.kind === "notFound") return failed(held);
  const catalog = needsPlans(request) ? await partnerCenter.planCatalog(request, token) : NO_PLANS;
  if (catalog.kind === "notFound") return failed(catalog);
  return { kind: isFulfilled(request, held.value, catalog.value) ? "fulfilled" : "open" };
};
