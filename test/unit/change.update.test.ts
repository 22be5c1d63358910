import { describe, expect, test } from "vitest";

import type { HeldStep } from "../../shared/change/attempt.ts";
import { makePrepare } from "../../shared/change/prepare.ts";
import { makeUpdate, type UpdateContext } from "../../shared/change/update.ts";
import type { Answer } from "../../shared/outcome/answer.ts";
import type { CallOptions, Found } from "../../shared/partner-center/client.ts";
import type { CustomerUser } from "../../shared/partner-center/resources.ts";
import type { HeldLicense } from "../../shared/sku/remaining.ts";
import type { Wish } from "../../shared/sku/wish.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import type { GateRow } from "../../shared/token/store/gate.ts";
import { makeTokenGate } from "../../shared/token/tokenGate.ts";
import type { CurrentToken } from "../../shared/token/tokenSource.ts";
import { anAnswer, anUnclearAnswer, aRequest, aSku, E3, E5, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const timeout: Answer = { kind: "noAnswer", sent: true, why: "no answer in time", ids };
const refusedConnection: Answer = { kind: "noAnswer", sent: false, why: "no answer: ECONNREFUSED", ids };

const token = (value: string): CurrentToken => ({ kind: "token", token: readPartnerToken(value) });
const held = (...skuIds: string[]): Found<readonly HeldLicense[]> => ({
  kind: "found",
  value: skuIds.map((skuId) => ({ skuId, plans: [] })),
});
const unreadable = (status: number, code?: number): Found<never> => ({
  kind: "notFound",
  status,
  ...(code === undefined ? {} : { code }),
  why: `answered ${status}`,
  retryAfterMs: 0,
});

const catalog = [
  aSku({ skuId: E3 }),
  aSku({ skuId: E5, skuPartNumber: "SPE_E5", name: "Microsoft 365 E5", group: "group2" }),
];
const aUser = (usageLocation: string | undefined): CustomerUser => ({
  id: "22222222-2222-4222-8222-222222222222",
  userPrincipalName: "ana@contoso.com",
  usageLocation,
});

interface Script {
  readonly answers: readonly Answer[];
  readonly reads?: readonly Found<readonly HeldLicense[]>[];
  readonly tokens?: readonly CurrentToken[];
  /** The usage location at each look at the user. */
  readonly locations?: readonly (string | undefined)[];
  readonly request?: Readonly<Record<string, unknown>>;
  readonly catalogs?: Found<typeof catalog>;
}

/** An update against answers in a row; the last of each list is given for ever. */
const anUpdate = ({
  answers,
  reads = [held()],
  tokens = [token("t1")],
  locations = ["DE"],
  request = {},
  catalogs = { kind: "found", value: catalog },
}: Script) => {
  const clock = fakeClock();
  const journal = logJournal();
  const calls: CallOptions[] = [];
  const wishes: Wish[] = [];
  const counts = { reads: 0, tokens: 0, looks: 0 };
  const located: string[] = [];
  let gateRow: GateRow | undefined;
  const rejected: string[] = [];
  const pick = <T>(list: readonly T[], index: number): T => {
    const found = list.slice(Math.min(index, list.length - 1), list.length).slice(0, 1);
    for (const item of found) return item;
    throw new Error("The script is empty");
  };
  const update = makeUpdate({
    clock,
    holdBudgetMs: 240_000,
    backoffBaseMs: 1000,
    partnerCenter: {
      updateLicenses: (_subject, wish, options) => {
        calls.push(options);
        wishes.push(wish);
        return Promise.resolve(pick(answers, calls.length - 1));
      },
      user: () => {
        counts.looks += 1;
        return Promise.resolve({ kind: "found", value: aUser(pick(locations, counts.looks - 1)) });
      },
      setUsageLocation: (_subject, usageLocation) => {
        located.push(usageLocation);
        return Promise.resolve({ kind: "found", value: aUser(usageLocation) });
      },
    },
    prepare: makePrepare({
      readHeld: ({ userId }) => {
        counts.reads += 1;
        return Promise.resolve({ userId, held: pick(reads, counts.reads - 1) });
      },
      catalogs: { of: () => Promise.resolve(catalogs) },
      userIds: { known: () => undefined, find: () => Promise.reject(new Error("not to be asked")) },
    }),
    gate: makeTokenGate(
      {
        read: () => Promise.resolve(gateRow),
        write: (row) => {
          gateRow = row;
          return Promise.resolve();
        },
      },
      clock,
    ),
    tokens: {
      current: () => {
        counts.tokens += 1;
        return Promise.resolve(pick(tokens, counts.tokens - 1));
      },
      reject: ({ value }) => {
        rejected.push(value);
      },
    },
  });
  const waits: string[] = [];
  const onWait = ({ category }: HeldStep): Promise<void> => {
    waits.push(category);
    return Promise.resolve();
  };
  const run = (readBackFirst = false, more: Partial<UpdateContext> = {}) =>
    update(
      // Plans are mentioned: only what the tests are about is read
      aRequest({ licensesToAssign: [{ skuId: E3, excludedPlans: null }], ...request }),
      { readBackFirst, messageId: "m", onWait, ...more },
      journal.log,
    );
  return { run, waits, clock, calls, wishes, counts, located, rejected, journal, gate: () => gateRow };
};

const ok = anAnswer(201);

describe("makeUpdate()", () => {
  test("calls nothing when a newer request has been applied and the wish is not true", async () => {
    const { run, calls } = anUpdate({ answers: [ok] });
    expect(await run(true, { newerThan: () => Promise.resolve("newer-1") })).toEqual({
      kind: "superseded",
      newerRequestId: "newer-1",
    });
    expect(calls).toEqual([]);
  });

  test("ends as applied when the wish is true, whatever came later", async () => {
    const { run, calls } = anUpdate({ answers: [ok], reads: [held(E3)] });
    expect(await run(true, { newerThan: () => Promise.resolve("newer-1") })).toMatchObject({
      kind: "applied",
      alreadySo: true,
    });
    expect(calls).toEqual([]);
  });

  test("tells of every wait before it begins", async () => {
    const { run, waits } = anUpdate({ answers: [anAnswer(429), anAnswer(503), ok] });
    await run();
    expect(waits).toEqual(["throttled", "unavailable"]);
  });

  test("applies at the first call when all is well, without a read", async () => {
    const { run, counts, clock } = anUpdate({ answers: [ok] });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: false, status: 201, attempts: 1 });
    expect([counts.reads, clock.waits]).toEqual([0, []]);
  });

  test("ends at a refusal without a second call", async () => {
    const { run } = anUpdate({ answers: [anAnswer(400, 60012, { description: "No seats" })] });
    expect(await run()).toMatchObject({
      kind: "refused",
      cause: { category: "no-seats" },
      status: 400,
      code: 60012,
      description: "No seats",
      attempts: 1,
    });
  });

  test("waits as long as Retry-After says, then applies", async () => {
    const { run, clock } = anUpdate({ answers: [anAnswer(429, undefined, { retryAfterMs: 57_000 }), ok] });
    expect(await run()).toMatchObject({ kind: "applied", attempts: 2 });
    expect(clock.waits).toEqual([57_000]);
  });

  test("waits longer each time, then gives back when the hold budget is used up", async () => {
    const { run, clock } = anUpdate({ answers: [anAnswer(503)] });
    expect(await run()).toMatchObject({ kind: "notNow", category: "unavailable" });
    expect(clock.waits.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBe(240_000);
  });

  test("waits out the budget and no longer when Retry-After is longer", async () => {
    const { run, clock, calls } = anUpdate({
      answers: [anAnswer(429, undefined, { retryAfterMs: 900_000 })],
    });
    expect(await run()).toMatchObject({ kind: "notNow", category: "throttled", attempts: 1 });
    expect([clock.waits, calls.length]).toEqual([[240_000], 1]);
  });

  test("repeats under the same MS-RequestId after no answer, under a new one after an answer", async () => {
    const { run, calls } = anUpdate({ answers: [timeout, anAnswer(500), anAnswer(503), ok] });
    await run();
    expect(calls.map(({ answers }) => answers)).toEqual([0, 0, 1, 2]);
  });

  test("finishes without a second call when the read-back shows the wish is true", async () => {
    const { run, calls } = anUpdate({ answers: [timeout], reads: [held(E3)] });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 1 });
    expect(calls).toHaveLength(1);
  });

  describe("after a success without evidence", () => {
    const page = anUnclearAnswer(200, { excerpt: "<html>Sign in</html>" });

    test("is applied when the read-back shows the wish, without a second call", async () => {
      const { run, calls, waits, clock } = anUpdate({ answers: [page], reads: [held(E3)] });
      expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 1 });
      expect([calls.length, waits, clock.waits]).toEqual([1, ["answer-unclear"], [1000]]);
    });

    test("calls exactly once more when it does not, then refuses with what came", async () => {
      const { run, calls, counts, clock } = anUpdate({ answers: [page] });
      expect(await run()).toMatchObject({
        kind: "refused",
        cause: { category: "answer-unclear" },
        status: 200,
        description: "Partner Center answered 200 with: <html>Sign in</html>",
        skuIds: [E3],
        attempts: 2,
        ids,
      });
      expect([calls.map(({ answers }) => answers), counts.reads, clock.waits]).toEqual([
        [0, 1],
        2,
        [1000, 2000],
      ]);
    });

    test("is applied when only the read-back after the second one shows the wish", async () => {
      const { run, calls } = anUpdate({ answers: [page], reads: [held(), held(E3)] });
      expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 2 });
      expect(calls).toHaveLength(2);
    });

    test("ends as the second call is answered", async () => {
      expect(await anUpdate({ answers: [page, ok] }).run()).toMatchObject({
        kind: "applied",
        alreadySo: false,
        attempts: 2,
      });
      const refused = anUpdate({ answers: [page, anAnswer(400, 60_012)] });
      expect(await refused.run()).toMatchObject({ kind: "refused", cause: { category: "no-seats" } });
    });

    test("counts every such answer, whatever comes between", async () => {
      const { run, calls } = anUpdate({ answers: [page, anAnswer(429), timeout, page] });
      expect(await run()).toMatchObject({ kind: "refused", cause: { category: "answer-unclear" } });
      expect(calls).toHaveLength(4);
    });

    test("is held as long as the read-back itself is out of reach, without a call", async () => {
      const { run, calls } = anUpdate({ answers: [page], reads: [unreadable(503)] });
      expect(await run()).toMatchObject({ kind: "notNow", category: "read-back", attempts: 1 });
      expect(calls).toHaveLength(1);
    });

    const unread =
      "Whether the change was made could not be determined (Reading the user's licenses: Partner Center answered 403). Partner Center answered 200 with: <html>Sign in</html>";

    test("is refused for what came when the read-back is not allowed, and says that nothing was read", async () => {
      const { run, calls, journal } = anUpdate({ answers: [page], reads: [unreadable(403)] });
      expect(await run()).toMatchObject({
        kind: "refused",
        cause: { category: "answer-unclear" },
        status: 200,
        description: unread,
      });
      expect(calls).toHaveLength(2);
      const results = journal.entries.filter(({ event }) => event === "update.readBack");
      expect(results.map(({ fields }) => fields)).toMatchObject([{ result: "unread" }, { result: "unread" }]);
    });

    test("says so too when only the last read-back is not allowed, and when plans are left as they are", async () => {
      const late = anUpdate({ answers: [page], reads: [held(), unreadable(403)] });
      expect(await late.run()).toMatchObject({ kind: "refused", description: unread });
      const request = { licensesToAssign: [{ skuId: E3 }] };
      const keeping = anUpdate({ answers: [page], reads: [held(), held(), unreadable(403)], request });
      expect(await keeping.run()).toMatchObject({ kind: "refused", description: unread });
      expect(keeping.calls).toHaveLength(2);
    });

    test("does not say so when the last read-back shows that the wish is not true", async () => {
      const { run } = anUpdate({ answers: [page], reads: [unreadable(403), held()] });
      expect(await run()).toMatchObject({
        kind: "refused",
        description: "Partner Center answered 200 with: <html>Sign in</html>",
      });
    });

    test("says so when the plans of a license that is there could not be read", async () => {
      const { run } = anUpdate({ answers: [page], reads: [held(E3)], catalogs: unreadable(403) });
      expect(await run()).toMatchObject({
        kind: "refused",
        description: expect.stringContaining(
          "(Reading the customer's SKUs: Partner Center answered 403)",
        ) as unknown,
      });
    });

    test("says nothing of the token", async () => {
      const bad = anAnswer(401, 900421);
      const { run, gate } = anUpdate({ answers: [bad, bad, bad, bad, page, page, bad] });
      for (let message = 0; message < 4; message += 1) await run();
      expect(gate()).toMatchObject({ refusals: 3 });
    });
  });

  test.each([
    ["the connection was refused", refusedConnection, 0],
    ["503: it was not processed", anAnswer(503), 0],
    ["429: it was not processed", anAnswer(429), 0],
    ["a time-out", timeout, 1],
    ["500", anAnswer(500), 1],
    ["504", anAnswer(504), 1],
  ])("reads back only when the change may have been applied: %s", async (_name, first, reads) => {
    const { run, counts } = anUpdate({ answers: [first, ok] });
    await run();
    expect(counts.reads).toBe(reads);
  });

  test("reads back first when the message was delivered before", async () => {
    const { run, calls } = anUpdate({ answers: [ok], reads: [held(E3)] });
    expect(await run(true)).toMatchObject({ kind: "applied", alreadySo: true, attempts: 0 });
    expect(calls).toEqual([]);
  });

  test("reads back once more before it gives up after an unknown outcome", async () => {
    const { run, counts } = anUpdate({ answers: [timeout, anAnswer(400, 60012)], reads: [held(), held(E3)] });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 2 });
    expect(counts.reads).toBe(2);
  });

  test("waits for the read-back itself while it is out of reach", async () => {
    const { run, clock } = anUpdate({
      answers: [timeout],
      reads: [unreadable(503), unreadable(429), held(E3)],
    });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true });
    expect(clock.waits).toHaveLength(3);
  });

  test("calls again when the read-back is not allowed", async () => {
    const { run } = anUpdate({ answers: [timeout, ok], reads: [unreadable(403)] });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: false, attempts: 2 });
  });

  test("after 401 calls once more with a token read afresh", async () => {
    const { run, calls, rejected } = anUpdate({
      answers: [anAnswer(401), ok],
      tokens: [token("t1"), token("t2")],
    });
    expect(await run()).toMatchObject({ kind: "applied", attempts: 2 });
    expect(calls.map(({ token: value }) => value)).toEqual(["t1", "t2"]);
    expect(rejected).toEqual(["t1"]);
  });

  test("refuses at the second 401", async () => {
    const { run } = anUpdate({ answers: [anAnswer(401, 900421)] });
    expect(await run()).toMatchObject({ kind: "refused", cause: { category: "token-mfa" }, attempts: 2 });
  });

  test("reads back with a token read afresh when the first one is refused there", async () => {
    const { run, rejected, calls } = anUpdate({
      answers: [timeout],
      reads: [unreadable(401), held(E3)],
      tokens: [token("t1"), token("t1"), token("t2")],
    });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 1 });
    expect([rejected, calls.length]).toEqual([["t1"], 1]);
  });

  test("names the trouble with the token also when it keeps the read-back from telling", async () => {
    const { run } = anUpdate({ answers: [ok], reads: [unreadable(401, 900421)] });
    expect(await run(true)).toMatchObject({ kind: "refused", cause: { category: "token-mfa" } });
  });

  test("does not use a token again that Partner Center called the wrong kind", async () => {
    const { run, rejected } = anUpdate({ answers: [anAnswer(400, 900316)] });
    expect(await run()).toMatchObject({ kind: "refused", cause: { category: "token-kind" }, attempts: 1 });
    expect(rejected).toEqual(["t1"]);
  });

  test("waits for a token, without a call", async () => {
    const none: CurrentToken = { kind: "none", code: "expired", why: "Cannot use the token" };
    const { run, calls, journal } = anUpdate({ answers: [ok], tokens: [none, none, token("t2")] });
    expect(await run()).toMatchObject({ kind: "applied", attempts: 1 });
    expect(calls).toHaveLength(1);
    expect(journal.entries).toMatchObject([
      { event: "update.held", fields: { category: "token-expired" } },
      { event: "update.held" },
    ]);
  });

  test("keeps the warnings of a success", async () => {
    const warnings = [{ code: "c", message: "m", servicePlans: [] }];
    const { run } = anUpdate({ answers: [anAnswer(200, undefined, { warnings })] });
    expect(await run()).toMatchObject({ kind: "applied", warnings });
  });

  test("leaves the plans of a held license as they are, without a call", async () => {
    const { run, calls } = anUpdate({
      answers: [ok],
      reads: [held(E3)],
      request: { licensesToAssign: [{ skuId: E3 }] },
    });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true, attempts: 0 });
    expect(calls).toEqual([]);
  });

  test("calls for a license that is not held, with every plan on", async () => {
    const { run, wishes, counts } = anUpdate({
      answers: [ok],
      request: { licensesToAssign: [{ skuId: E3 }] },
    });
    expect(await run()).toMatchObject({ kind: "applied", attempts: 1, skuIds: [E3] });
    expect([wishes, counts.reads]).toEqual([[{ assign: [{ skuId: E3 }], remove: [] }], 1]);
  });

  test("does not touch plans when what is held cannot be read", async () => {
    const { run, calls } = anUpdate({
      answers: [ok],
      reads: [unreadable(403)],
      request: { licensesToAssign: [{ skuId: E3 }] },
    });
    expect(await run()).toMatchObject({ kind: "refused", cause: { category: "access-denied" }, status: 403 });
    expect(calls).toEqual([]);
  });

  test("takes away only what is there", async () => {
    const { run, calls } = anUpdate({
      answers: [ok],
      request: { licensesToAssign: undefined, licensesToRemove: [E3] },
    });
    expect(await run()).toMatchObject({ kind: "applied", alreadySo: true });
    expect(calls).toEqual([]);
  });

  test("calls by the id of a name", async () => {
    const { run, wishes } = anUpdate({
      answers: [ok],
      request: { licensesToAssign: [{ sku: "spe_e3", excludedPlans: null }] },
    });
    expect(await run()).toMatchObject({ kind: "applied", skuIds: [E3] });
    expect(wishes).toEqual([{ assign: [{ skuId: E3, excludedPlans: null }], remove: [] }]);
  });

  test.each([
    ["a name that is none", [{ sku: "SPE_E9" }], "unknown-sku"],
    ["SKUs of two groups", [{ skuId: E3 }, { skuId: E5 }], "mixed-license-groups"],
  ])("refuses %s without a call", async (_what, licensesToAssign, category) => {
    const { run, calls } = anUpdate({ answers: [ok], request: { licensesToAssign } });
    expect(await run()).toMatchObject({ kind: "refused", cause: { category }, attempts: 0 });
    expect(calls).toEqual([]);
  });

  test("sets a usage location where there is none, waits until it is seen, then calls", async () => {
    const { run, located, waits, calls } = anUpdate({
      answers: [ok],
      locations: [undefined, undefined, "PT"],
      request: { usageLocation: "pt" },
    });
    expect(await run()).toMatchObject({ kind: "applied" });
    expect([located, waits, calls.length]).toEqual([["PT"], ["usage-location", "usage-location"], 1]);
  });

  test("never changes a usage location", async () => {
    const { run, located } = anUpdate({ answers: [ok], request: { usageLocation: "PT" } });
    await run();
    expect(located).toEqual([]);
  });

  test("calls after some patience although the new usage location is not seen", async () => {
    const { run, waits } = anUpdate({
      answers: [ok],
      locations: [undefined],
      request: { usageLocation: "PT" },
    });
    expect(await run()).toMatchObject({ kind: "applied" });
    expect(waits).toHaveLength(5);
  });

  test("takes a refusal right after the change of location for late news, a few times", async () => {
    const late = anAnswer(400, 3000);
    const request = { usageLocation: "PT" };
    const passing = anUpdate({ answers: [late, late, ok], locations: [undefined, "PT"], request });
    expect(await passing.run()).toMatchObject({ kind: "applied", attempts: 3 });
    const lasting = anUpdate({ answers: [late], locations: [undefined, "PT"], request });
    expect(await lasting.run()).toMatchObject({ kind: "refused", cause: { category: "invalid-request" } });
    expect(lasting.calls).toHaveLength(6);
  });

  test.each([3000, 2000])("says that the usage location is missing when that is why: %i", async (code) => {
    const { run, counts } = anUpdate({ answers: [anAnswer(400, code)], locations: [undefined] });
    expect(await run()).toMatchObject({
      kind: "refused",
      status: 400,
      cause: { category: "usage-location-missing" },
    });
    expect(counts.looks).toBe(1);
  });

  test("looks for the usage location only when a refusal may be about it and a license is to be assigned", async () => {
    const noSeats = anUpdate({ answers: [anAnswer(400, 60012)], locations: [undefined] });
    expect(await noSeats.run()).toMatchObject({ cause: { category: "no-seats" } });
    const removing = anUpdate({
      answers: [anAnswer(400, 3000)],
      reads: [held(E3)],
      locations: [undefined],
      request: { licensesToAssign: undefined, licensesToRemove: [E3] },
    });
    expect(await removing.run()).toMatchObject({ cause: { category: "invalid-request" } });
    expect([noSeats.counts.looks, removing.counts.looks]).toEqual([0, 0]);
  });

  test("calls under the id of the message and of the request", async () => {
    const { run, calls } = anUpdate({ answers: [ok] });
    await run();
    expect(calls).toMatchObject([{ requestId: "request-1", messageId: "m", token: "t1", answers: 0 }]);
  });

  test("blames the token for a read that is refused for its sake, and for no other", async () => {
    const refusedFor = async (status: number, code?: number) => {
      const one = anUpdate({ answers: [ok], reads: [unreadable(status, code)] });
      await one.run(true, {});
      return one.rejected.length;
    };
    const request = { licensesToAssign: [{ skuId: E3 }] };
    const forbidden = anUpdate({ answers: [ok], reads: [unreadable(403)], request });
    expect(await forbidden.run()).toMatchObject({ kind: "refused" });
    expect(forbidden.rejected).toEqual([]);
    expect(await refusedFor(401)).toBeGreaterThan(0);
    const kind = anUpdate({ answers: [ok], reads: [unreadable(400, 900316)], request });
    expect(await kind.run()).toMatchObject({ kind: "refused", cause: { category: "token-kind" } });
    expect(kind.rejected).toEqual(["t1"]);
  });

  test("parks a request that waits for seats, and refuses one that does not", async () => {
    const noSeats = anAnswer(400, 60012);
    const seatsUntil = "2026-01-02T00:00:00.000Z";
    expect(await anUpdate({ answers: [noSeats] }).run(false, { seatsUntil })).toMatchObject({
      kind: "parked",
      skuIds: [E3],
      until: seatsUntil,
      attempts: 1,
    });
    expect(await anUpdate({ answers: [noSeats] }).run()).toMatchObject({ kind: "refused" });
  });

  test("closes the gate after three refusals of the token in a row, and waits behind it", async () => {
    const { run, calls, gate, waits } = anUpdate({ answers: [anAnswer(400, 900316)] });
    for (let message = 0; message < 3; message += 1) {
      expect(await run()).toMatchObject({ kind: "refused", cause: { category: "token-kind" } });
    }
    expect(await run()).toMatchObject({ kind: "notNow", category: "token-gate" });
    expect(calls).toHaveLength(3);
    expect(gate()).toMatchObject({ category: "token-kind", refusals: 3 });
    expect(waits.every((category) => category === "token-gate")).toBe(true);
  });

  test("waits behind the gate for its own twenty minutes, and after it no longer than elsewhere", async () => {
    const bad = anAnswer(400, 900316);
    const closed = anUpdate({ answers: [bad] });
    for (let message = 0; message < 3; message += 1) await closed.run();
    const before = closed.clock.now();
    await closed.run();
    expect(closed.clock.now() - before).toBe(20 * 60_000);

    const opened = anUpdate({
      answers: [bad, bad, bad, anAnswer(503)],
      tokens: [token("t1"), token("t1"), token("t1"), token("t1"), token("t2")],
    });
    for (let message = 0; message < 3; message += 1) await opened.run();
    const atGate = opened.clock.now();
    expect(await opened.run()).toMatchObject({ kind: "notNow", category: "unavailable" });
    expect(opened.clock.now() - atGate).toBe(240_000);
  });

  test("goes on behind the gate as soon as the vault has another token", async () => {
    const { run } = anUpdate({
      answers: [anAnswer(400, 900316), anAnswer(400, 900316), anAnswer(400, 900316), ok],
      tokens: [token("t1"), token("t1"), token("t1"), token("t1"), token("t2")],
    });
    for (let message = 0; message < 3; message += 1) await run();
    expect(await run()).toMatchObject({ kind: "applied" });
  });

  test("a success in between keeps the gate open", async () => {
    const bad = anAnswer(401, 900421);
    const { run, gate } = anUpdate({ answers: [bad, bad, ok, bad, bad, ok, bad, bad, ok] });
    for (let message = 0; message < 6; message += 1) await run();
    expect(gate()).toBeUndefined();
  });
});
