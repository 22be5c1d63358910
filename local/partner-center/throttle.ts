import type { Rate } from "./settings.ts";

/** Calls that may still be made, as of a time. Below zero: made all the same, and refused. */
interface Bucket {
  readonly calls: number;
  readonly atMs: number;
}

/** Takes one call out of a bucket; a new bucket is full. */
const takeCall = (
  bucket: Bucket | undefined,
  { perSecond, burst }: Rate,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } => {
  const before = bucket ?? { calls: burst, atMs: nowMs };
  const refilled = Math.min(burst, before.calls + ((nowMs - before.atMs) / 1000) * perSecond);
  // A refused call counts too, but whoever never stops must not be locked out for ever
  const calls = Math.max(-burst, refilled - 1);
  return {
    bucket: { calls, atMs: nowMs },
    waitMs: calls >= 0 ? 0 : Math.ceil(((1 - calls) / perSecond) * 1000),
  };
};

export interface Throttle {
  /** Counts a call, and tells how long the caller should have waited: 0 when it may pass. */
  count(customerId: string | undefined, nowMs: number): number;
  clear(): void;
}

export interface Rates {
  readonly partnerRate: Rate | null;
  readonly customerRate: Rate | null;
  /** By tenant id, in place of customerRate. */
  readonly customerRates?: Readonly<Record<string, Rate>>;
}

const PARTNER = "partner";

/** Token buckets: one for the partner, one for each customer. */
export const createThrottle = (rates: () => Rates): Throttle => {
  const buckets = new Map<string, Bucket>();
  const take = (key: string, rate: Rate | null, nowMs: number): number => {
    if (rate === null) return 0;
    const { bucket, waitMs } = takeCall(buckets.get(key), rate, nowMs);
    buckets.set(key, bucket);
    return waitMs;
  };
  return {
    count: (customerId, nowMs) => {
      const { partnerRate, customerRate, customerRates = {} } = rates();
      const partnerWaitMs = take(PARTNER, partnerRate, nowMs);
      const customerWaitMs =
        customerId === undefined ? 0 : take(customerId, customerRates[customerId] ?? customerRate, nowMs);
      return Math.max(partnerWaitMs, customerWaitMs);
    },
    clear: () => buckets.clear(),
  };
};
