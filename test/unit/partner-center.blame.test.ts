import { describe, expect, test } from "vitest";

import { findFirstCustomer } from "../../shared/partner-center/firstCustomer.ts";
import { makeBlame } from "../../shared/partner-center/pace/blame.ts";
import { makeLimiter } from "../../shared/partner-center/pace/limiter.ts";
import { makePace } from "../../shared/partner-center/pace/pace.ts";
import { makePacedSend } from "../../shared/partner-center/pace/pacedSend.ts";
import type { Outgoing, Raw } from "../../shared/partner-center/transport.ts";
import { bytesOf, CUSTOMER } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Throttles of a partner and its customers, from one second on. */
const aBlame = () => {
  const partner = makeLimiter({ startRate: 10, minRate: 0.1, maxRate: 100, increase: 0.01, decrease: 0.5 });
  const blame = makeBlame(partner);
  /** Refused by itself again and again: it has a limiter of its own. */
  const slow = (customerId: string, fromMs: number): void => {
    blame.throttled(customerId, fromMs, 0);
    blame.throttled(customerId, fromMs + 11 * SECOND_MS, 0);
  };
  return { partner, blame, slow };
};

describe("makeBlame()", () => {
  test("holds a customer for as long as it was told to, and a second when it was not told", () => {
    const { blame } = aBlame();
    expect([blame.nextAtMs("a", 1000), blame.heldUntilMs("a")]).toEqual([1000, 0]);
    blame.throttled("a", 1000, 5000);
    expect([blame.nextAtMs("a", 1000), blame.heldUntilMs("a")]).toEqual([6000, 6000]);
    blame.throttled("b", 60_000, 0);
    expect(blame.nextAtMs("b", 60_000)).toBe(61_000);
  });

  test("keeps the latest 5000 customers in mind", () => {
    const { blame } = aBlame();
    for (let number = 0; number <= 5000; number += 1)
      blame.throttled(`c${number}`, number * 11 * SECOND_MS, 24 * 60 * MINUTE_MS);
    expect([blame.heldUntilMs("c0"), blame.heldUntilMs("c1") > 0]).toEqual([0, true]);
  });

  test("never takes a longer hold back", () => {
    const { blame } = aBlame();
    blame.throttled("a", 1000, 30_000);
    blame.throttled("a", 2000, 1000);
    expect(blame.heldUntilMs("a")).toBe(31_000);
  });

  test("blames the partner when two customers are refused within ten seconds", () => {
    const { blame, partner } = aBlame();
    blame.throttled("a", 1000, 0);
    expect(partner.ratePerSecond).toBe(10);
    blame.throttled("b", 10_999, 3000);
    expect([partner.ratePerSecond, partner.heldUntilMs]).toEqual([5, 13_999]);
  });

  test("blames nobody else for two customers that are refused further apart", () => {
    const { blame, partner } = aBlame();
    blame.throttled("a", 1000, 0);
    blame.throttled("b", 11_000, 0);
    expect(partner.ratePerSecond).toBe(10);
  });

  test("suspects the partner for a minute after, and holds all for two seconds at most", () => {
    const { blame, partner } = aBlame();
    blame.throttled("a", 1000, 0);
    blame.throttled("b", 2000, 0);
    blame.throttled("c", 2000 + MINUTE_MS - 1, 30_000);
    expect(partner.heldUntilMs).toBe(2000 + MINUTE_MS - 1 + 2000);
    const later = aBlame();
    later.blame.throttled("a", 1000, 0);
    later.blame.throttled("b", 2000, 0);
    later.blame.throttled("c", 2000 + MINUTE_MS, 30_000);
    expect(later.partner.ratePerSecond).toBe(5);
  });

  test("takes the second refusal of one customer under suspicion for its own", () => {
    const { blame, partner } = aBlame();
    blame.throttled("a", 1000, 0);
    blame.throttled("b", 2000, 0);
    blame.throttled("c", 20_000, 0);
    expect(partner.ratePerSecond).toBe(2.5);
    blame.throttled("c", 25_000, 0);
    expect(partner.ratePerSecond).toBe(2.5);
    blame.take("c", 30_000);
    expect(blame.nextAtMs("c", 30_000)).toBeGreaterThan(30_000);
  });

  test("slows a customer who is refused twice by itself, to what it called before", () => {
    const { blame, partner, slow } = aBlame();
    for (let call = 0; call < 20; call += 1) blame.take("a", 1000 + call * 500);
    slow("a", 11_000);
    expect(partner.ratePerSecond).toBe(10);
    const heldUntilMs = blame.heldUntilMs("a");
    blame.take("a", heldUntilMs);
    const gapMs = blame.nextAtMs("a", heldUntilMs) - heldUntilMs;
    // 2 calls a second before, times 0.6
    expect(gapMs).toBeCloseTo(1000 / 1.2, 0);
    expect(blame.slowed(heldUntilMs)).toBe(1);
  });

  test("takes refusals of a slowed customer for its own", () => {
    const { blame, partner, slow } = aBlame();
    slow("a", 1000);
    blame.throttled("b", 23_000, 0);
    blame.throttled("a", 23_500, 0);
    expect(partner.ratePerSecond).toBe(10);
  });

  test("counts refusals of one customer anew after a minute without", () => {
    const { blame } = aBlame();
    blame.throttled("a", 1000, 0);
    blame.throttled("a", 1001 + MINUTE_MS, 0);
    blame.take("a", 3000 + MINUTE_MS);
    expect(blame.nextAtMs("a", 3000 + MINUTE_MS)).toBe(3000 + MINUTE_MS);
  });

  test("sets a customer free who was not refused for ten minutes", () => {
    const { blame, slow } = aBlame();
    slow("a", 1000);
    const at = 12_000 + 10 * MINUTE_MS;
    expect(blame.slowed(at)).toBe(1);
    blame.take("a", at);
    expect(blame.nextAtMs("a", at)).toBeGreaterThan(at);
    expect(blame.slowed(at + 1)).toBe(0);
    blame.take("a", at + MINUTE_MS);
    expect(blame.nextAtMs("a", at + MINUTE_MS)).toBe(at + MINUTE_MS);
  });
});

describe("makePace()", () => {
  test("says how it stands, and who waits", async () => {
    const clock = fakeClock(1_000_000);
    const pace = makePace({ clock, maxRate: 4 });
    expect(await pace.turn("a")).toBeUndefined();
    pace.answered("a", 200, 0);
    pace.answered("a", 429, 2000);
    pace.answered("b", 429, 2000);
    expect(pace.state()).toMatchObject({
      partnerHeldUntil: new Date(1_002_000).toISOString(),
      customersSlowed: 2,
      waiting: 0,
      calls: 1,
      throttled: 2,
    });
    clock.pass(2000);
    expect(pace.state()).not.toHaveProperty("partnerHeldUntil");
  });

  test("spaces calls at the rate of the partner, whichever customer they are about", async () => {
    const clock = fakeClock(1_000_000);
    const pace = makePace({ clock, maxRate: 4 });
    for (const customerId of ["a", "b", "a"]) expect(await pace.turn(customerId)).toBeUndefined();
    expect(clock.now()).toBe(1_000_500);
  });

  test("logs its state at most twice a minute, and only when calls were made", async () => {
    const clock = fakeClock();
    const { log, entries } = logJournal();
    const pace = makePace({ clock, maxRate: 10 });
    pace.report(log);
    expect(entries).toEqual([]);
    await pace.turn("a");
    pace.report(log);
    clock.pass(29_999);
    await pace.turn("a");
    pace.report(log);
    expect(entries).toMatchObject([{ event: "pace.state", fields: { calls: 1 } }]);
    clock.pass(1);
    pace.report(log);
    expect(entries).toHaveLength(2);
  });

  test("does not grow faster for answers of 500 or none", async () => {
    const rateAfter = async (status: number | undefined): Promise<number> => {
      const pace = makePace({ clock: fakeClock(1_000_000), maxRate: 100 });
      await pace.turn("a");
      await pace.turn("a");
      pace.answered("a", status, 0);
      return pace.state().partnerCallsPerSecond;
    };
    expect(await rateAfter(200)).toBe(8.5);
    expect(await rateAfter(404)).toBe(8.5);
    expect(await rateAfter(500)).toBe(8);
    expect(await rateAfter(undefined)).toBe(8);
  });
});

const outgoing: Outgoing = { method: "GET", customerId: "a", path: "/", headers: {} };
const response = (status: number, body: unknown = {}, headers: Record<string, string> = {}): Raw => ({
  kind: "response",
  status,
  header: (name) => headers[name],
  body: bytesOf(body),
  whole: true,
});

describe("makePacedSend()", () => {
  const sending = async (raw: Raw, waitMs?: number) => {
    const answers: unknown[] = [];
    let sent = 0;
    const send = makePacedSend(
      () => {
        sent += 1;
        return Promise.resolve(raw);
      },
      {
        turn: () => Promise.resolve(waitMs),
        answered: (...answer) => answers.push(answer),
      },
      () => 0,
    );
    return { raw: await send(outgoing), answers, sent };
  };

  test("tells the pace what came of a call", async () => {
    const slow = response(429, {}, { "retry-after": "7" });
    expect(await sending(slow)).toEqual({ raw: slow, answers: [["a", 429, 7000]], sent: 1 });
    const lost: Raw = { kind: "failure", sent: true, why: "no answer" };
    expect(await sending(lost)).toEqual({ raw: lost, answers: [["a", undefined, 0]], sent: 1 });
  });

  test("sends nothing that is held back, and says when to try again", async () => {
    expect(await sending(response(200), 9000)).toEqual({
      raw: { kind: "failure", sent: false, why: "held back for the throttle", retryAfterMs: 9000 },
      answers: [],
      sent: 0,
    });
  });
});

describe("findFirstCustomer()", () => {
  const found = (raw: Raw, given?: string) => {
    const asked: string[] = [];
    return findFirstCustomer(
      (call) => {
        asked.push(call.path);
        return Promise.resolve(raw);
      },
      {
        subscribedSkus: (customerId) =>
          Promise.resolve(
            customerId === CUSTOMER
              ? { kind: "found", value: [] }
              : { kind: "notFound", status: 403, code: 5, why: "answered 403", retryAfterMs: 0 },
          ),
      },
      "token",
      given,
    ).then((first) => ({ first, asked }));
  };
  const list = (id: string) => response(200, { items: [{ id }] });

  test("reads the SKUs of the first customer, or of the one that is given", async () => {
    expect((await found(list(CUSTOMER))).first).toEqual({ kind: "read", customerId: CUSTOMER });
    expect(await found(response(500), CUSTOMER)).toEqual({
      first: { kind: "read", customerId: CUSTOMER },
      asked: [],
    });
  });

  test.each<[string, Raw, object]>([
    ["has no customer", response(200, { totalCount: 0, items: [] }), { kind: "none" }],
    ...[{}, { items: [] }, { code: 5, totalCount: 0, items: [] }, "<html>"].map(
      (body): [string, Raw, object] => [
        `answers ${JSON.stringify(body)}`,
        response(200, body),
        { kind: "refused", status: 200, why: "the list of customers cannot be read" },
      ],
    ),
    ["cannot be reached", { kind: "failure", sent: false, why: "away" }, { kind: "refused", why: "away" }],
    [
      "refuses the list",
      response(401, { code: 4, description: "d" }),
      { kind: "refused", status: 401, code: 4, why: "the list of customers answered 401" },
    ],
  ])("says when Partner Center %s", async (_, raw, first) => {
    expect((await found(raw)).first).toEqual(first);
  });

  test("says when the customer's SKUs are refused", async () => {
    const other = "44444444-4444-4444-8444-444444444444";
    expect((await found(list(other))).first).toEqual({
      kind: "refused",
      customerId: other,
      status: 403,
      code: 5,
      why: "answered 403",
    });
  });
});
