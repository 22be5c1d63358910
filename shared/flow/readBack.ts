import { isFulfilled, needsPlans, type PlanCatalog } from "../outcome/isFulfilled.ts";
import type { Found, PartnerCenter } from "../partner-center/partnerCenter.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** Whether the wish of a request is already true, as far as the user's licenses tell. */
export type ReadBack =
  | { readonly kind: "fulfilled" }
  | { readonly kind: "open" }
  | { readonly kind: "notNow"; readonly status?: number; readonly why: string; readonly retryAfterMs: number }
  | { readonly kind: "untold"; readonly why: string };

// A 401 passes with the next token; the other 4xx stay, and then only a call can tell
const passes = (status: number | undefined): boolean =>
  status === undefined || status === 401 || status === 408 || status === 429 || status >= 500;

const failed = ({ status, why, retryAfterMs }: Extract<Found<unknown>, { kind: "notFound" }>): ReadBack =>
  passes(status)
    ? { kind: "notNow", why, retryAfterMs, ...(status === undefined ? {} : { status }) }
    : { kind: "untold", why };

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
