import { describe, expect, test } from "vitest";

import type { Entry, PoisonPart, Step } from "../../shared/ledger/entry/entry.ts";
import { makeFreeze } from "../../shared/poison/freeze.ts";
import { resultInHistory, resultOf, withResult } from "../../shared/poison/items.ts";
import type { Item, Operation, Selection } from "../../shared/poison/operation.ts";
import { makeRemoveEnded } from "../../shared/poison/removeEnded.ts";
import type { PoisonFilter, PoisonRow } from "../../shared/poison/store/poisonIndex.ts";
import { aFailure, aRequest, CUSTOMER } from "../support/builders.ts";
import { later } from "../support/later.ts";
import { anOperation, aPoisonRow } from "../support/poisonBuilders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-02T00:00:00.000Z";
const item: Item = { key: "k", poisonId: "id-1", lane: "l", state: "sent", run: 1 };

const aPart = (fields: Partial<PoisonPart> = {}): PoisonPart => ({
  kind: "update",
  state: "open",
  first: aFailure().refusal,
  latest: aFailure().refusal,
  failures: 1,
  lastRun: 0,
  runs: 1,
  original: { deliveryCount: 1 },
  ...fields,
});
const anEntry = (fields: Partial<Entry> = {}): Entry => ({
  version: 1,
  id: "id-1",
  createdAt: AT,
  updatedAt: AT,
  steps: 0,
  ...fields,
});
const replayed = (result: "applied" | "refused" | "skipped", run = 1) => ({
  lastReplay: { operationId: "op", run, result },
});

describe("resultOf()", () => {
  test("says that there is no such message", () => {
    const gone = { kind: "skipped", why: "there is no such poison message any more" };
    expect(resultOf(undefined, 1)).toEqual(gone);
    expect(resultOf(anEntry(), 1)).toEqual(gone);
  });

  test("is pending as long as the run is under way, and in the history once another came after it", () => {
    expect(resultOf(anEntry({ poison: aPart() }), 1)).toEqual({ kind: "pending" });
    expect(resultOf(anEntry({ poison: aPart(replayed("refused", 1)) }), 2)).toEqual({ kind: "pending" });
    expect(resultOf(anEntry({ poison: aPart(replayed("refused", 2)) }), 1)).toEqual({ kind: "inHistory" });
  });

  test("says why it was refused, by the request's own end where there is one", () => {
    const poison = aPart(replayed("refused"));
    expect(resultOf(anEntry({ poison }), 1)).toEqual({ kind: "failed", why: "no-seats: No seats" });
    const latest = { ...poison.latest, description: "none left" };
    expect(resultOf(anEntry({ poison: { ...poison, latest } }), 1)).toMatchObject({
      why: "no-seats: none left",
    });
    const { at: _at, ...refusal } = aFailure({ category: "conflict" }).refusal;
    const request = {
      body: aRequest(),
      digest: "d",
      status: "refused",
      acceptedAt: AT,
      run: 1,
      ends: 1,
    } as const;
    const end = { outcome: "refused", at: AT, ...refusal } as const;
    const why = (words: object) =>
      resultOf(anEntry({ poison, request: { ...request, end: { ...end, ...words } } }), 1);
    expect(why({})).toMatchObject({ why: "conflict: No seats" });
    expect(why({ description: "in its own words" })).toMatchObject({ why: "conflict: in its own words" });
  });

  test("is done when it was applied, and names the newer request it was skipped for", () => {
    expect(resultOf(anEntry({ poison: aPart(replayed("applied")) }), 1)).toEqual({ kind: "done" });
    const skipped = { at: AT, newerRequestId: "request-2", operationId: "op" };
    expect(resultOf(anEntry({ poison: aPart({ ...replayed("skipped"), skipped }) }), 1)).toEqual({
      kind: "skipped",
      why: 'request "request-2" is newer and has been applied',
    });
  });
});

describe("resultInHistory()", () => {
  const step = (event: Step["event"], fields: Partial<Step> = {}): Step => ({
    at: AT,
    event,
    run: 1,
    ...fields,
  });

  test.each<[string, readonly Step[], object]>([
    ["applied", [step("replayed"), step("applied")], { kind: "done" }],
    ["skipped", [step("skipped", { why: "newer" })], { kind: "skipped", why: "newer" }],
    ["skipped without a word", [step("skipped")], { kind: "skipped", why: "" }],
    ["refused", [step("refused", { category: "c", why: "w" })], { kind: "failed", why: "c: w" }],
    ["refused without a word", [step("refused")], { kind: "failed", why: "refused: " }],
    ["under way", [step("applying"), step("waiting")], { kind: "pending" }],
    ["applied in another run", [step("applied", { run: 2 })], { kind: "pending" }],
    ["not there", [], { kind: "pending" }],
  ])("finds a run that is %s", (_, history, result) => {
    expect(resultInHistory(history, 1)).toEqual(result);
  });

  test("passes by a wait that was noted after the end", () => {
    expect(resultInHistory([step("applied"), step("waiting")], 1)).toEqual({ kind: "done" });
  });
});

test("withResult() leaves an item alone as long as there is none", () => {
  expect(withResult(item, { kind: "pending" })).toBeUndefined();
  expect(withResult(item, { kind: "inHistory" })).toBeUndefined();
  expect(withResult(item, { kind: "done" })).toEqual({ ...item, state: "done" });
  expect(withResult(item, { kind: "failed", why: "w" })).toEqual({ ...item, state: "failed", why: "w" });
});

const aFreezing = (selection: Selection, fields: Partial<Operation> = {}): Operation =>
  anOperation({ state: "freezing", selection, createdAt: LATER, updatedAt: LATER, ...fields });

describe("makeFreeze()", () => {
  const frozen = async (
    operation: Operation,
    { entries = [], rows = [] }: { entries?: readonly Entry[]; rows?: readonly PoisonRow[] },
  ) => {
    const items: Item[] = [];
    const filters: (PoisonFilter & { readonly before: string })[] = [];
    const freeze = makeFreeze({
      ledger: { read: (id) => Promise.resolve(entries.find((entry) => entry.id === id)) },
      poisonIndex: {
        async *all(filter, before) {
          filters.push({ ...filter, before });
          await Promise.resolve();
          yield rows;
        },
      },
      operations: { putItems: (_id, some) => later(() => void items.push(...some)) },
      lanesPerCustomer: 1,
    });
    const total = await freeze(operation);
    return { items, filters, total };
  };
  const poison = aPart({ latest: { ...aFailure().refusal, code: 60_012 } });
  const request = {
    body: aRequest(),
    digest: "d",
    status: "refused",
    acceptedAt: AT,
    run: 0,
    ends: 1,
  } as const;
  const aRow = (fields: Partial<PoisonRow>): PoisonRow => aPoisonRow({ id: "~m", ...fields });

  test("takes what fits from the index: open for a replay, archived for a restore", async () => {
    const selection = { category: "no-seats", code: 1, customerId: CUSTOMER };
    const { filters, items, total } = await frozen(aFreezing(selection), { rows: [aRow({})] });
    expect(filters).toEqual([{ state: "open", ...selection, before: LATER }]);
    expect([items.length, total]).toEqual([1, 1]);
    const restore = await frozen(aFreezing({}, { kind: "restore" }), {});
    expect(restore.filters).toMatchObject([{ state: "discarded" }]);
  });

  test("puts messages of one customer in one lane, and what is no request in one of its own", async () => {
    const user = { customerId: CUSTOMER, userId: "ana@contoso.com" };
    const rows = [
      aRow({ id: "a", ...user }),
      aRow({ id: "b", ...user }),
      aRow({ id: "~c", customerId: CUSTOMER }),
      aRow({ id: "~d" }),
    ];
    const { items } = await frozen(aFreezing({}), { rows });
    const [a, b, c, d] = items.map(({ lane }) => lane);
    expect(a).toBe(b);
    expect(a).not.toBe("a");
    expect([c, d]).toEqual(["~c", "~d"]);
    expect(items.every(({ state }) => state === "todo")).toBe(true);
  });

  test.each<[Selection, number]>([
    [{}, 1],
    [{ category: "no-seats", code: 60_012, customerId: CUSTOMER }, 1],
    [{ category: "conflict" }, 0],
    [{ code: 1 }, 0],
    [{ customerId: "other" }, 0],
  ])("of an id with %j takes %i", async (fields, count) => {
    const entries = [anEntry({ poison, request })];
    const { total } = await frozen(aFreezing({ ids: ["id-1"], ...fields }), { entries });
    expect(total).toBe(count);
  });

  test("takes each id once, more than fit into one go, and those that are not there", async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `id-${index}`);
    const { items, total } = await frozen(aFreezing({ ids: [...ids, ...ids] }), {});
    expect(total).toBe(120);
    expect(new Set(items.map(({ poisonId }) => poisonId)).size).toBe(120);
  });
});

describe("makeRemoveEnded()", () => {
  const removing = async (operations: readonly Operation[], isTimeUp = false) => {
    const removed: string[] = [];
    const removeEnded = makeRemoveEnded({
      // A page for each
      list: ({ after }) => {
        const index = Number(after ?? 0);
        const items = operations.slice(index, index + 1);
        return Promise.resolve({
          items,
          ...(index + 1 < operations.length ? { next: String(index + 1) } : {}),
        });
      },
      remove: ({ id }) => later(() => void removed.push(id)),
    });
    return { count: await removeEnded(LATER, () => isTimeUp), removed };
  };
  const ended = (id: string, updatedAt: string) =>
    aFreezing({}, { id, updatedAt, endedAt: updatedAt, state: "done" });

  test("removes what ended before, on every page", async () => {
    const operations = [
      ended("new", LATER),
      ended("old", AT),
      aFreezing({}, { id: "going on", updatedAt: AT }),
      ended("older", AT),
    ];
    expect(await removing(operations)).toEqual({ count: 2, removed: ["old", "older"] });
  });

  test("stops when the time is up", async () => {
    expect(await removing([ended("a", AT), ended("b", AT)], true)).toEqual({ count: 1, removed: ["a"] });
  });
});
