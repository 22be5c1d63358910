import { describe, expect, test } from "vitest";

import { makeUpdate, type HeldStep } from "../../shared/flow/update.ts";
import type { Answer } from "../../shared/outcome/answer.ts";
import type { HeldLicense } from "../../shared/outcome/isFulfilled.ts";
import type { CallOptions, Found } from "../../shared/partner-center/partnerCenter.ts";
import { readPartnerToken } from "../../shared/vault/partnerToken.ts";
import type { CurrentToken } from "../../shared/vault/tokenSource.ts";
import { anAnswer, aRequest, E3, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const timeout: Answer = { kind: "noAnswer", sent: true, why: "no answer in time", ids };
const refusedConnection: Answer = { kind: "noAnswer", sent: false, why: "no answer: ECONNREFUSED", ids };

const token = (value: string): CurrentToken => ({ kind: "token", token: readPartnerToken(value) });
const held = (...skuIds: string[]): Found<readonly HeldLicense[]> => ({
  kind: "found",
  value: skuIds.map((skuId) => ({ skuId, plans: [] })),
});
const unreadable = (status: number): Found<never> => ({
  kind: "notFound",
  status,
  why: `answered ${status}`,
  retryAfterMs: 0,
});

interface Script {
  readonly answers: readonly Answer[];
  readonly reads?: readonly Found<readonly HeldLicense[]>[];
  readonly tokens?: readonly CurrentToken[];
}

/** An update against answers in a row; the last of each list is given for ever. */
const anUpdate = ({ answers, reads = [held()], tokens = [token("t1")] }: Script) => {
  const clock = fakeClock();
  const journal = logJournal();
  const calls: CallOptions[] = [];
  const counts = { reads: 0, tokens: 0 };
  const rejected: string[] = [];
  const pick = <T>(list: readonly T[], index: number): T => {
    const item = list[Math.min(index, list.length - 1)];
    if (item === undefined) throw new Error("The script is empty");
    return item;
  };
  const update = makeUpdate({
    clock,
    holdBudgetMs: 240_000,
    retryBaseMs: 1000,
    partnerCenter: {
      updateLicenses: (_request, options) => {
        calls.push(options);
        return Promise.resolve(pick(answers, calls.length - 1));
      },
      heldLicenses: () => {
        counts.reads += 1;
        return Promise.resolve(pick(reads, counts.reads - 1));
      },
      planCatalog: () => Promise.resolve({ kind: "found", value: new Map([[E3, []]]) }),
    },
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
  const run = (readBackFirst = false, newerRequestId?: string) =>
    update(
      aRequest(),
      { readBackFirst, messageId: "m", onWait, ...(newerRequestId === undefined ? {} : { newerRequestId }) },
      journal.log,
    );
  return { run, waits, clock, calls, counts, rejected, journal };
};

const ok = anAnswer(201);

describe("makeUpdate()", () => {
  test("calls nothing when a newer request has been applied and the wish is not true", async () => {
    const { run, calls } = anUpdate({ answers: [ok] });
    expect(await run(true, "newer-1")).toEqual({ kind: "superseded", newerRequestId: "newer-1" });
    expect(calls).toEqual([]);
  });

  test("ends as applied when the wish is true, whatever came later", async () => {
    const { run, calls } = anUpdate({ answers: [ok], reads: [held(E3)] });
    expect(await run(true, "newer-1")).toMatchObject({ kind: "applied", alreadySo: true });
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
    const { run } = anUpdate({ answers: [anAnswer(401, 900421)], reads: [unreadable(401)] });
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
});
