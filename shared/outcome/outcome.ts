import type { CallIds, LicenseWarning } from "./answer.ts";
import type { Cause } from "./causes.ts";

/** The wish is true: Partner Center said so, or the user's licenses were read back and show it. */
export interface Applied {
  readonly kind: "applied";
  /** True when no answer said so and the licenses were read back. */
  readonly alreadySo: boolean;
  readonly status?: number;
  readonly warnings: readonly LicenseWarning[];
  /** Every SKU of the request, by id. */
  readonly skuIds?: readonly string[];
  /** Calls of licenseupdates in this delivery. */
  readonly attempts: number;
  readonly ids?: CallIds;
}

/** It will not become true until somebody does something. */
export interface Refused {
  readonly kind: "refused";
  readonly cause: Cause;
  readonly status?: number;
  readonly code?: number;
  readonly description?: string;
  /** Every SKU of the request, by id, as far as known. */
  readonly skuIds?: readonly string[];
  readonly attempts: number;
  readonly ids?: CallIds;
}

/** There are no seats, and the request says that it waits for some. */
export interface Parked {
  readonly kind: "parked";
  /** What it ends with when its time is over. */
  readonly cause: Cause;
  /** The SKUs of which it needs a seat each. */
  readonly skuIds: readonly string[];
  /** ISO 8601. */
  readonly until: string;
  readonly status?: number;
  readonly code?: number;
  readonly description?: string;
  readonly attempts: number;
  readonly ids?: CallIds;
}

/** Not yet: the hold budget of this delivery is used up. */
export interface NotNow {
  readonly kind: "notNow";
  readonly category: string;
  readonly why: string;
  readonly attempts: number;
}

/** A replay, or a request that waited for seats: a newer request for the same user and SKU has been applied. */
export interface Superseded {
  readonly kind: "superseded";
  readonly newerRequestId: string;
}

export type Outcome = Applied | Refused | Parked | NotNow | Superseded;
