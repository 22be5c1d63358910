import { describe, expect, test } from "vitest";

import { makeProve } from "../../shared/change/prove.ts";
import { CannotRead } from "../../shared/change/reader.ts";
import type { UserState } from "../../shared/change/readState.ts";
import { makeDueProofs } from "../../shared/ledger/dueProofs.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import { aLedger } from "../support/aLedger.ts";
import { aRequest, aSku, E3, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const DELAY_MS = 60_000;
const shown: UserState = { kind: "read", held: [{ skuId: E3, plans: [] }], catalog: [aSku({})] };
const notShown: UserState = { kind: "read", held: [], catalog: [aSku({})] };

/** Applied requests that are to be looked for, in a world where reads end as told. */
const aScene = (stateOf: (subject: { readonly userId: string }) => UserState | Error, readMs = 0) => {
  const clock = fakeClock();
  const journal = logJournal();
  const { ledger, lists, newest, newestTable } = aLedger();
  const reads: string[] = [];
  const prove = makeProve({
    clock,
    ledger,
    due: makeDueProofs(lists, ledger),
    readState: (subject) => {
      reads.push(subject.userId);
      clock.pass(readMs);
      const state = stateOf(subject);
      return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
    },
    newerThan: (about, acceptedAt) => newest.newerThan(about, acceptedAt),
  });
  const apply = async (fields: Readonly<Record<string, unknown>> = {}): Promise<LicenseRequest> => {
    clock.pass(1000);
    const request = aRequest(fields);
    const at = new Date(clock.now()).toISOString();
    const outcome = {
      kind: "applied",
      alreadySo: false,
      status: 201,
      warnings: [],
      attempts: 1,
      ids,
    } as const;
    await ledger.change(request.requestId, (entry) => beginRequest(entry, request, at, "queue"));
    await ledger.change(request.requestId, (entry) =>
      endRequest(entry, { ...outcome, skuIds: [E3] }, at, [], DELAY_MS),
    );
    return request;
  };
  const resultOf = async (requestId = "request-1") => (await ledger.read(requestId))?.request?.proof?.result;
  return {
    prove: () => prove(journal.log),
    apply,
    resultOf,
    clock,
    journal,
    reads,
    ledger,
    lists,
    newestTable,
  };
};

describe("makeProve()", () => {
  test.each([
    ["seen", shown],
    ["notYetVisible", notShown],
    ["unknown", { kind: "unreadable", why: "refused" }],
    ["unknown", { kind: "read", held: [], catalog: [] }],
  ] as const)("notes %s", async (result, state) => {
    const { prove, apply, resultOf, clock, journal, ledger } = aScene(() => state);
    await apply({ licensesToAssign: [{ sku: "SPE_E3" }] });
    clock.pass(DELAY_MS + 1);
    await prove();
    expect(await resultOf()).toBe(result);
    expect((await ledger.history("request-1")).at(-1)?.event).toBe("proved");
    expect(journal.entries).toMatchObject([
      { event: "proof.noted", fields: { requestId: "request-1", result } },
    ]);
  });

  test("leaves alone what is not due yet, and looks for each only once", async () => {
    const { prove, apply, resultOf, clock, reads } = aScene(() => shown);
    await apply();
    await prove();
    expect([reads, await resultOf()]).toEqual([[], undefined]);
    clock.pass(DELAY_MS + 1);
    await prove();
    await prove();
    expect([reads.length, await resultOf()]).toEqual([1, "seen"]);
  });

  test("calls overtaken what a newer request has changed since", async () => {
    const { prove, apply, resultOf, clock } = aScene(() => notShown);
    await apply();
    await apply({ requestId: "request-2" });
    clock.pass(DELAY_MS + 1);
    await prove();
    expect([await resultOf(), await resultOf("request-2")]).toEqual(["overtaken", "notYetVisible"]);
  });

  test("reads a user once for all that the user's requests ask for", async () => {
    const { prove, apply, resultOf, clock, reads } = aScene(() => shown);
    await apply({ userId: "ana@contoso.com" });
    await apply({ requestId: "request-2", userId: "ANA@contoso.com" });
    await apply({ requestId: "request-3", userId: "ben@contoso.com" });
    clock.pass(DELAY_MS + 1);
    await prove();
    expect(reads.toSorted()).toEqual(["ana@contoso.com", "ben@contoso.com"]);
    expect([await resultOf("request-2"), await resultOf("request-3")]).toEqual(["seen", "seen"]);
  });

  test("stops for a while when Partner Center cannot be read; what is left stays due", async () => {
    let isAway = true;
    const { prove, apply, resultOf, clock, journal } = aScene(() =>
      isAway ? new CannotRead("Partner Center is away", 9) : shown,
    );
    await apply();
    clock.pass(DELAY_MS + 1);
    await prove();
    expect(await resultOf()).toBeUndefined();
    expect(journal.entries).toMatchObject([{ event: "step.held", fields: { waitMs: 9 } }]);
    isAway = false;
    await prove();
    expect(await resultOf()).toBe("seen");
  });

  test("goes on past one whose newest request cannot be read", async () => {
    const { prove, apply, resultOf, clock, journal, newestTable } = aScene(() => notShown);
    await apply();
    const [row] = newestTable.rows();
    if (row === undefined) throw new Error("There is no row");
    await newestTable.put({ partitionKey: row.partitionKey, rowKey: row.rowKey, requestId: 7 });
    await apply({ requestId: "request-2", userId: "ben@contoso.com" });
    clock.pass(DELAY_MS + 1);
    await prove();
    expect([await resultOf(), await resultOf("request-2")]).toEqual([undefined, "notYetVisible"]);
    expect(journal.entries).toMatchObject([
      { event: "ledger.passedOver", fields: { entries: 1, ids: "request-1" } },
      { event: "proof.noted", fields: { requestId: "request-2" } },
    ]);
  });

  test("does not hide a defect", async () => {
    const { prove, apply, clock } = aScene(() => new TypeError("a defect"));
    await apply();
    clock.pass(DELAY_MS + 1);
    await expect(prove()).rejects.toThrow("a defect");
  });

  test("clears away a row whose request has moved on", async () => {
    const { prove, apply, clock, lists } = aScene(() => shown);
    await apply();
    const row = lists.rows().find(({ partitionKey }) => partitionKey.includes("proof"));
    clock.pass(DELAY_MS + 1);
    await prove();
    if (row === undefined) throw new Error("There is no row for the proof");
    await lists.put(row);
    await prove();
    expect(await lists.get(row.partitionKey, row.rowKey)).toBeUndefined();
  });
});
