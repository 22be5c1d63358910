import type { AnyCause } from "./anyCause.ts";

const fixRequest = { kind: "refusal", owner: "operator" } as const;

/** Why a request is refused before, or in place of, what Partner Center itself says. */
export const requestCauses = {
  "unknown-sku": {
    ...fixRequest,
    category: "unknown-sku",
    meaning: "The request names a product that is none, or more than one, of the customer's subscribed SKUs",
    remedy:
      "See the nearest names in the description; correct it, or buy the subscription, and send it with a new requestId",
  },
  "unknown-plan": {
    ...fixRequest,
    category: "unknown-plan",
    meaning: "The request names a service plan that the product does not have",
    remedy: "See the nearest names in the description; correct it and send it with a new requestId",
  },
  "mixed-license-groups": {
    ...fixRequest,
    category: "mixed-license-groups",
    meaning: "The request has SKUs of more than one license group; Partner Center takes one group at a time",
    remedy: "Send one request for each group that the description names",
  },
  "usage-location-missing": {
    ...fixRequest,
    category: "usage-location-missing",
    meaning: "The user has no usage location, and without one no license can be assigned",
    remedy:
      "Send it again with a new requestId and usageLocation in it, or set the location of the user and replay",
  },
} as const satisfies Readonly<Record<string, AnyCause>>;

export type RequestCategory = (typeof requestCauses)[keyof typeof requestCauses]["category"];
