import { makeLimiter, UNNAMED_WAIT_MS, type Limiter } from "./limiter.ts";

/**
 * Whose throttle it is. Partner Center counts per partner, or per partner and customer, and an answer does not say which
 * (https://learn.microsoft.com/partner-center/developer/api-throttling-guidance): it is told by who else is
 * refused. Times are milliseconds since 1970.
 */
export interface Blame {
  /** When the customer's own throttle lets the next call pass. */
  nextAtMs(customerId: string, nowMs: number): number;
  heldUntilMs(customerId: string): number;
  take(customerId: string, nowMs: number): void;
  succeeded(customerId: string, nowMs: number): void;
  throttled(customerId: string, nowMs: number, retryAfterMs: number): void;
  /** How many customers are held or slowed. */
  slowed(nowMs: number): number;
}

/** What is known of one customer's calls. */
interface Customer {
  heldUntilMs: number;
  throttledAtMs: number;
  /** Refusals that nobody else had at the time. */
  aloneCount: number;
  /** There is one as long as the customer is taken to be throttled by itself. */
  limiter: Limiter | undefined;
  /** Calls of this span of time and of the one before. */
  spanStartMs: number;
  callsNow: number;
  callsBefore: number;
}

/** Refusals of different customers within this time are the partner's. */
const TOGETHER_MS = 10_000;
/** For so long after a partner's throttle was seen, the next refusal is taken for one of it. */
const SUSPECT_MS = 60_000;
/** A suspicion holds the others only so long; a second refusal makes it certain. */
const SUSPECT_HOLD_MS = 2000;
/** Refused by itself so often: the customer is slowed, not only held. */
const ALONE_MAX = 2;
/** A customer who was not refused for so long is free again. */
const FORGET_MS = 10 * 60_000;
const SPAN_MS = 10_000;
const CUSTOMERS_MAX = 5000;
const PACE = { minRate: 0.05, maxRate: 100, increase: 0.02, decrease: 0.6 } as const;

const newCustomer = (nowMs: number): Customer => ({
  heldUntilMs: 0,
  throttledAtMs: -Infinity,
  aloneCount: 0,
  limiter: undefined,
  spanStartMs: nowMs,
  callsNow: 0,
  callsBefore: 0,
});

const countCall = (customer: Customer, nowMs: number): void => {
  const spans = Math.floor((nowMs - customer.spanStartMs) / SPAN_MS);
  if (spans > 0) {
    customer.callsBefore = spans === 1 ? customer.callsNow : 0;
    customer.callsNow = 0;
    customer.spanStartMs = nowMs;
  }
  customer.callsNow += 1;
};

/** The rate at which a customer's calls came lately. */
const rateOf = ({ callsNow, callsBefore }: Customer): number =>
  Math.max(0.5, Math.max(callsNow, callsBefore) / (SPAN_MS / 1000));

export const makeBlame = (partner: Limiter): Blame => {
  // A Map keeps the order of arrival, so the oldest comes first
  const customers = new Map<string, Customer>();
  let refusals: { readonly customerId: string; readonly atMs: number }[] = [];
  let suspectUntilMs = -Infinity;

  const customerOf = (customerId: string, nowMs: number): Customer => {
    const known = customers.get(customerId);
    if (known !== undefined) return known;
    const customer = newCustomer(nowMs);
    customers.set(customerId, customer);
    const [oldest] = customers.keys();
    if (customers.size > CUSTOMERS_MAX && oldest !== undefined) customers.delete(oldest);
    return customer;
  };

  const blamePartner = (nowMs: number, retryAfterMs: number): void => {
    suspectUntilMs = nowMs + SUSPECT_MS;
    partner.throttled(nowMs, retryAfterMs);
  };

  const blameCustomer = (customer: Customer, nowMs: number, waitMs: number): void => {
    customer.aloneCount += 1;
    if (customer.aloneCount < ALONE_MAX) return;
    customer.limiter = makeLimiter({ ...PACE, startRate: rateOf(customer) });
    customer.limiter.throttled(nowMs, waitMs);
  };

  return {
    nextAtMs(customerId, nowMs) {
      const customer = customers.get(customerId);
      if (customer === undefined) return nowMs;
      return Math.max(nowMs, customer.heldUntilMs, customer.limiter?.nextAtMs(nowMs) ?? 0);
    },
    heldUntilMs: (customerId) => customers.get(customerId)?.heldUntilMs ?? 0,
    take(customerId, nowMs) {
      const customer = customerOf(customerId, nowMs);
      countCall(customer, nowMs);
      if (nowMs - customer.throttledAtMs > FORGET_MS) customer.limiter = undefined;
      customer.limiter?.take(nowMs);
    },
    succeeded(customerId, nowMs) {
      customers.get(customerId)?.limiter?.succeeded(nowMs);
    },
    throttled(customerId, nowMs, retryAfterMs) {
      const customer = customerOf(customerId, nowMs);
      const waitMs = retryAfterMs > 0 ? retryAfterMs : UNNAMED_WAIT_MS;
      if (nowMs - customer.throttledAtMs > SUSPECT_MS) customer.aloneCount = 0;
      customer.throttledAtMs = nowMs;
      customer.heldUntilMs = Math.max(customer.heldUntilMs, nowMs + waitMs);
      // It is known to have a throttle of its own: no sign of the partner's
      if (customer.limiter !== undefined) {
        customer.limiter.throttled(nowMs, waitMs);
        return;
      }
      refusals = refusals.filter(({ atMs }) => atMs > nowMs - TOGETHER_MS);
      const isTogether = refusals.some((one) => one.customerId !== customerId);
      const isRepeated = refusals.some((one) => one.customerId === customerId);
      refusals.push({ customerId, atMs: nowMs });
      if (isTogether) {
        for (const one of refusals) {
          const other = customers.get(one.customerId);
          if (other !== undefined) other.aloneCount = 0;
        }
        blamePartner(nowMs, waitMs);
      } else if (nowMs < suspectUntilMs && !isRepeated) {
        blamePartner(nowMs, Math.min(waitMs, SUSPECT_HOLD_MS));
        customer.aloneCount += 1;
      } else blameCustomer(customer, nowMs, waitMs);
    },
    slowed: (nowMs) =>
      [...customers.values()].filter(
        ({ heldUntilMs, limiter, throttledAtMs }) =>
          heldUntilMs > nowMs || (limiter !== undefined && nowMs - throttledAtMs <= FORGET_MS),
      ).length,
  };
};
