import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startStorage, type Storage } from "../../local/storage/startStorage.ts";
import { makeClean } from "../../shared/ledger/clean.ts";
import { makeEntries } from "../../shared/ledger/entries.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import { discardPoison, filePoison } from "../../shared/ledger/entry/poison.ts";
import { makeExpired } from "../../shared/ledger/expired.ts";
import { makeKeptBodies } from "../../shared/ledger/keptBodies.ts";
import { makeLists } from "../../shared/ledger/lists.ts";
import { makeNewestApplied } from "../../shared/ledger/newest.ts";
import { makeTable } from "../../shared/ledger/table/table.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { makeRemoveEnded } from "../../shared/poison/removeEnded.ts";
import { makeOperations } from "../../shared/poison/store/operations.ts";
import { makePoisonIndex } from "../../shared/poison/store/poisonIndex.ts";
import { aFailure, aRequest, CUSTOMER, E3, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage({ port: 0 });
}, 60_000);
afterAll(() => storage.close());

let tables = 0;
const aStore = () => {
  tables += 1;
  const { connectionString } = storage;
  const table = (name: string) =>
    makeTable({ kind: "connectionString", connectionString }, `${name}${tables}`);
  const [entries, listTable, poison] = [table("entries"), table("lists"), table("poison")];
  const newest = makeNewestApplied(table("newest"));
  const ledger = makeEntries({ entries, lists: listTable, poison, newest });
  return {
    ledger,
    newest,
    entries,
    lists: makeLists(listTable, ledger),
    poisonIndex: makePoisonIndex(poison),
    operations: makeOperations(table("operations")),
    expired: makeExpired(listTable, poison, ledger),
    kept: makeKeptBodies(listTable, entries),
  };
};
test("a body of many rows is there with its poison message, and leaves with it", async () => {
  const { ledger, entries } = aStore();
  const body = Buffer.alloc(2_500_000, "abc");
  await ledger.change("~large", (entry) => filePoison(entry, aFailure({ id: "~large", body }), at(0)));
  expect(Buffer.compare((await ledger.body("~large")) ?? Buffer.alloc(0), body)).toBe(0);
  const entry = await ledger.read("~large");
  if (entry !== undefined) await ledger.remove(entry);
  expect(await entries.get("~large", "body-000003")).toBeUndefined();
});

const { log } = logJournal();
let store: ReturnType<typeof aStore>;
beforeEach(() => {
  store = aStore();
});

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const applied = { kind: "applied", alreadySo: false, status: 201, warnings: [], attempts: 1, ids } as const;
const refused = {
  kind: "refused",
  cause: causeOf(400, 60012),
  status: 400,
  code: 60012,
  attempts: 1,
  ids,
} as const;

const accept = (requestId: string, minute: number, fields: object = {}) => {
  const request = aRequest({ requestId, ...fields });
  return store.ledger.change(requestId, (entry) => acceptRequest(entry, request, at(minute), "test"));
};
const end = async (requestId: string, minute: number, outcome: typeof applied | typeof refused) => {
  const request = (await store.ledger.read(requestId))?.request?.body;
  if (request === undefined) throw new Error("no such request");
  await store.ledger.change(requestId, (entry) => beginRequest(entry, request, at(minute), "test"));
  await store.ledger.change(requestId, (entry) => endRequest(entry, outcome, at(minute)));
};
const file = async (id: string, minute: number) => {
  const entry = await store.ledger.read(id);
  const last = entry?.request?.end;
  if (last?.outcome !== "refused") throw new Error("not refused");
  const { outcome: _outcome, ...refusal } = last;
  const failure = {
    id,
    kind: "update" as const,
    run: 0,
    refusal,
    original: { deliveryCount: 1 },
    body: Buffer.from(id),
  };
  await store.ledger.change(id, (known) => filePoison(known, failure, at(minute)));
};
const idsOf = (items: readonly { readonly id: string }[]): readonly string[] => items.map(({ id }) => id);

describe("makeEntries()", () => {
  test("takes a request once, however many bring it at the same time", async () => {
    const decided = await Promise.all(Array.from({ length: 8 }, () => accept("same", 1)));
    expect(decided.filter(({ kind }) => kind === "new")).toHaveLength(1);
    expect(await store.ledger.history("same")).toHaveLength(1);
  });

  test("keeps a body of 200 KiB and texts of any script as they are", async () => {
    const body = Buffer.alloc(200 * 1024, "ß");
    await accept("large", 1, { requestedBy: "Zoë 🦉 田中" });
    await end("large", 2, refused);
    const refusal = {
      at: at(2),
      category: "x",
      owner: "operator",
      meaning: "",
      remedy: "",
      attempts: 1,
    } as const;
    const failure = {
      id: "large",
      kind: "update" as const,
      run: 0,
      refusal,
      original: { deliveryCount: 1 },
      body,
    };
    await store.ledger.change("large", (entry) => filePoison(entry, failure, at(3)));
    expect(await store.ledger.body("large")).toEqual(body);
    expect((await store.ledger.read("large"))?.request?.body.requestedBy).toBe("Zoë 🦉 田中");
  });
});

describe("makeLists()", () => {
  test("pages newest first, without a gap or a repeat, and ends without a token", async () => {
    for (let index = 0; index < 25; index += 1) await accept(`page-${index}`, index);
    const seen: string[] = [];
    const tokens: (string | undefined)[] = [];
    let after: string | undefined;
    do {
      const page = await store.lists.requests(
        { by: "customer", customerId: CUSTOMER },
        { limit: 10, ...(after === undefined ? {} : { after }) },
        log,
      );
      seen.push(...idsOf(page.items));
      after = page.next;
      tokens.push(after);
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `page-${24 - index}`));
    expect(tokens).toHaveLength(3);
  });

  test("finds a request by its status and its cause as they are now", async () => {
    await accept("moves", 1);
    const byStatus = async (status: string) =>
      idsOf((await store.lists.requests({ by: "status", status }, { limit: 10 }, log)).items);
    expect([await byStatus("accepted"), await byStatus("refused")]).toEqual([["moves"], []]);
    await end("moves", 2, refused);
    expect([await byStatus("accepted"), await byStatus("refused")]).toEqual([[], ["moves"]]);
    const byCause = await store.lists.requests({ by: "cause", category: "no-seats" }, { limit: 10 }, log);
    expect(idsOf(byCause.items)).toEqual(["moves"]);
  });
});

describe("makePoisonIndex()", () => {
  test("groups, filters and pages poison messages", async () => {
    for (let index = 0; index < 12; index += 1) {
      await accept(`poison-${index}`, index);
      await end(`poison-${index}`, index, refused);
      await file(`poison-${index}`, index);
    }
    expect(await store.poisonIndex.groups({ state: "open" })).toEqual([
      {
        category: "no-seats",
        code: 60012,
        status: 400,
        customerId: CUSTOMER,
        count: 12,
        replaying: 0,
        oldest: at(0),
        newest: at(11),
      },
    ]);
    const first = await store.poisonIndex.list({ state: "open", category: "no-seats" }, { limit: 8 });
    expect(idsOf(first.items)).toEqual([11, 10, 9, 8, 7, 6, 5, 4].map((index) => `poison-${index}`));
    const rest = await store.poisonIndex.list(
      { state: "open" },
      { limit: 8, ...(first.next === undefined ? {} : { after: first.next }) },
    );
    expect([idsOf(rest.items), rest.next]).toEqual([
      ["poison-3", "poison-2", "poison-1", "poison-0"],
      undefined,
    ]);
  });
});

describe("makeNewestApplied()", () => {
  test("knows the request that came last, in whatever order they were applied", async () => {
    const older = aRequest({ requestId: "older" });
    const newer = aRequest({ requestId: "newer" });
    await store.newest.note({ request: newer }, at(2));
    await store.newest.note({ request: older }, at(1));
    expect(await store.newest.newerThan({ request: older }, at(1))).toBe("newer");
    expect(await store.newest.newerThan({ request: newer }, at(2))).toBeUndefined();
    expect(
      await store.newest.newerThan({ request: aRequest({ userId: "other@contoso.com" }) }, at(0)),
    ).toBeUndefined();
    expect(
      await store.newest.newerThan(
        { request: aRequest({ licensesToAssign: [{ sku: "any" }] }), skuIds: [E3] },
        at(0),
      ),
    ).toBe("newer");
  });
});

test("cleaning takes what ended before the retention, and leaves what waits for an operator", async () => {
  for (const id of ["old-applied", "old-refused", "old-discarded", "new-applied"]) await accept(id, 1);
  await end("old-applied", 2, applied);
  for (const id of ["old-refused", "old-discarded"]) {
    await end(id, 2, refused);
    await file(id, 2);
  }
  const archiving = { operationId: "o", by: "me", at: at(3) };
  await store.ledger.change("old-discarded", (entry) => discardPoison(entry, archiving));
  await end("new-applied", 60 * 24 * 40, applied);
  const clock = fakeClock(Date.parse(at(60 * 24 * 41)));
  const { ledger, expired, operations } = store;
  const clean = makeClean({
    clock,
    ledger,
    expired,
    removeOperations: makeRemoveEnded(operations),
    removeStrayBodies: (before, isTimeUp) => store.kept.removeStray(before, isTimeUp),
    retentionDays: 30,
  });
  await ledger.keepBody("~never-filed", Buffer.alloc(100_000), at(3));
  const journal = logJournal();
  await clean(journal.log);
  expect(await ledger.body("~never-filed")).toBeUndefined();
  const left = await Promise.all(
    ["old-applied", "old-refused", "old-discarded", "new-applied"].map(
      async (id) => (await ledger.read(id))?.id,
    ),
  );
  expect(left).toEqual([undefined, "old-refused", undefined, "new-applied"]);
  expect(await ledger.history("old-discarded")).toEqual([]);
  expect(await store.poisonIndex.groups({ state: "discarded" })).toEqual([]);
});
