import { describe, expect, test } from "vitest";

import { makeClean } from "../../shared/ledger/clean.ts";
import { makeDueProofs } from "../../shared/ledger/dueProofs.ts";
import { makeEntries } from "../../shared/ledger/entries.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest, holdRequest, toWaitStep } from "../../shared/ledger/entry/end.ts";
import type { Entry } from "../../shared/ledger/entry/entry.ts";
import { closePoison, discardPoison, filePoison } from "../../shared/ledger/entry/poison.ts";
import { makeExpired } from "../../shared/ledger/expired.ts";
import { makeKeptBodies } from "../../shared/ledger/keptBodies.ts";
import { makeLists } from "../../shared/ledger/lists.ts";
import { makeNewestApplied } from "../../shared/ledger/newest.ts";
import { LedgerError } from "../../shared/ledger/table/errors.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { makePoisonIndex } from "../../shared/poison/store/poisonIndex.ts";
import { aLedger } from "../support/aLedger.ts";
import { aFailure, aRequest, CUSTOMER, E3, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const AT = "2026-01-01T00:00:00.000Z";
const DAY_MS = 24 * 60 * 60_000;
const applied = { kind: "applied", alreadySo: false, status: 201, warnings: [], attempts: 1, ids } as const;
const refused = {
  kind: "refused",
  cause: causeOf(400, 60_012),
  status: 400,
  code: 60_012,
  attempts: 1,
} as const;

const aScene = () => {
  const clock = fakeClock();
  const journal = logJournal();
  const store = aLedger();
  const { ledger, entries, lists, poison } = store;
  const nowIso = (): string => new Date(clock.now()).toISOString();
  const all = makeLists(lists, ledger);
  const index = makePoisonIndex(poison);
  const accept = (requestId = "request-1") =>
    ledger.change(requestId, (entry) => acceptRequest(entry, aRequest({ requestId }), nowIso(), "http"));
  const end = async (
    requestId = "request-1",
    outcome: typeof applied | typeof refused = applied,
    proofMs = 0,
  ) => {
    const request = aRequest({ requestId });
    await ledger.change(requestId, (entry) => beginRequest(entry, request, nowIso(), "queue"));
    await ledger.change(requestId, (entry) =>
      endRequest(entry, { ...outcome, skuIds: [E3] }, nowIso(), [], proofMs),
    );
  };
  const file = (id: string) =>
    ledger.change(id, (entry) => filePoison(entry, aFailure({ id, at: nowIso() }), nowIso()));
  const discard = (id: string) =>
    ledger.change(id, (entry) => discardPoison(entry, { operationId: "op", by: "kim", at: nowIso() }));
  const withStatus = async (status: string) =>
    (await all.requests({ by: "status", status }, { limit: 50 }, journal.log)).items.map(({ id }) => id);
  const inIndex = async (state: "open" | "discarded") =>
    (await index.list({ state }, { limit: 50 })).items.map(({ id }) => id);
  const clean = (retentionDays = 30, removeMs = 0) =>
    makeClean({
      clock,
      ledger: {
        remove: (entry) => {
          clock.pass(removeMs);
          return ledger.remove(entry);
        },
      },
      expired: makeExpired(lists, poison, ledger),
      removeOperations: () => Promise.resolve(7),
      removeStrayBodies: (before, isTimeUp) => makeKeptBodies(lists, entries).removeStray(before, isTimeUp),
      retentionDays,
    })(journal.log);
  const rows = () => [entries, lists, poison].flatMap((table) => table.rows());
  /** Writes what nobody can read in place of an entry. */
  const spoil = (id: string) =>
    entries.put({ partitionKey: id, rowKey: "entry", json0: Buffer.from('{"version":1}') });
  return { ...store, clock, journal, accept, end, file, discard, withStatus, inIndex, clean, rows, spoil };
};

describe("ledger.change()", () => {
  test("keeps every step of a request in its order", async () => {
    const { accept, end, ledger } = aScene();
    await accept();
    await end();
    expect((await ledger.history("request-1")).map(({ event }) => event)).toEqual([
      "accepted",
      "applying",
      "applied",
    ]);
    expect((await ledger.read("request-1"))?.steps).toBe(3);
  });

  test("leads to an entry by what it is now, and by nothing else", async () => {
    const { accept, end, withStatus } = aScene();
    await accept();
    expect(await withStatus("accepted")).toEqual(["request-1"]);
    await end();
    expect([await withStatus("accepted"), await withStatus("applied")]).toEqual([[], ["request-1"]]);
  });

  /** The same ledger, where somebody else is faster at the first so many writes. */
  const withRival = (scene: ReturnType<typeof aScene>, rival: () => Promise<unknown>, times: number) => {
    let left = times;
    return makeEntries({
      ...scene,
      entries: {
        ...scene.entries,
        async commit(actions) {
          left -= 1;
          if (left >= 0) await rival();
          return scene.entries.commit(actions);
        },
      },
    });
  };

  test("decides anew when somebody was faster, and leaves no row of what did not come about", async () => {
    const scene = aScene();
    const { ledger, end, lists, withStatus } = scene;
    const slow = withRival(scene, () => end(), 1);
    const statuses: (string | undefined)[] = [];
    await slow.change("request-1", (entry) => {
      statuses.push(entry?.request?.status);
      return acceptRequest(entry, aRequest(), "2026-01-05T00:00:00.000Z", "http");
    });
    expect(statuses).toEqual([undefined, "applied"]);
    expect(await withStatus("applied")).toEqual(["request-1"]);
    const places = lists.rows().map(({ rowKey }) => rowKey);
    const entry = await ledger.read("request-1");
    if (entry === undefined) throw new Error("There is no entry");
    await ledger.remove(entry);
    expect(places.length).toBeGreaterThan(0);
    expect(lists.rows()).toEqual([]);
  });

  test("gives up when others write it all the time", async () => {
    const scene = aScene();
    const { accept, ledger } = scene;
    await accept();
    let writes = 0;
    const touch = (entry: Entry | undefined) => (entry === undefined ? {} : { change: { entry, steps: [] } });
    const rival = (): Promise<unknown> => {
      writes += 1;
      return ledger.change("request-1", touch);
    };
    await expect(withRival(scene, rival, 100).change("request-1", touch)).rejects.toThrow(LedgerError);
    expect(writes).toBe(20);
  });
});

describe("ledger.body()", () => {
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index % 251));

  test.each([0, 1, 65_536, 700_000, 3_000_000])("has all %i bytes of a poison message", async (size) => {
    const { ledger } = aLedger();
    const body = bytes(size);
    await ledger.change("~p", (entry) =>
      filePoison(entry, aFailure({ id: "~p", body }), "2026-01-01T00:00:00.000Z"),
    );
    expect(Buffer.compare((await ledger.body("~p")) ?? bytes(3), body)).toBe(0);
  });

  test("is kept before its message is filed without it, and goes with the entry", async () => {
    const { ledger, entries } = aLedger();
    await ledger.keepBody("~p", bytes(2_000_000), AT);
    await ledger.keepBody("~p", bytes(800_000), AT);
    const { body: _left, ...failure } = aFailure({ id: "~p" });
    await ledger.change("~p", (entry) => filePoison(entry, failure, "2026-01-01T00:00:00.000Z"));
    expect(await ledger.body("~p")).toHaveLength(800_000);
    const entry = await ledger.read("~p");
    if (entry !== undefined) await ledger.remove(entry);
    expect(entries.rows()).toEqual([]);
  });

  test("has rows that the table service can hold", async () => {
    const { ledger, entries } = aLedger();
    await ledger.keepBody("~p", bytes(2_000_000), AT);
    for (const row of entries.rows()) {
      const parts = Object.values(row).filter((value) => value instanceof Uint8Array);
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
      expect(parts.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1_000_000);
    }
  });
});

describe("a row that is not what was written", () => {
  const place = { partitionKey: "request-1" };
  const refusedBy = async (reading: Promise<unknown>): Promise<string> => {
    try {
      await reading;
      return "read";
    } catch (error) {
      return error instanceof LedgerError ? error.code : String(error);
    }
  };

  test.each([
    ["nothing", {}],
    ["no JSON", { json0: Buffer.from("{") }],
    ["another JSON", { json0: Buffer.from('{"version":1,"id":"request-1"}') }],
  ])("is called unreadable as an entry and as a step: %s", async (_name, columns) => {
    const { ledger, entries } = aScene();
    await entries.put({ ...place, rowKey: "entry", ...columns });
    await entries.put({ ...place, rowKey: "step-000001", ...columns });
    expect(await refusedBy(ledger.read("request-1"))).toBe("unreadable");
    expect(await refusedBy(ledger.history("request-1"))).toBe("unreadable");
    await expect(ledger.read("request-1")).rejects.toThrow('row "entry" of "request-1"');
  });

  test("has no body", async () => {
    const { ledger, entries } = aScene();
    expect(await ledger.body("request-1")).toBeUndefined();
    await entries.put({ ...place, rowKey: "body" });
    expect(await ledger.body("request-1")).toHaveLength(0);
  });
});

describe("what could not be read again", () => {
  const ofCode = (code: number) => ({ ...refused, code });

  test("is not written as an entry, and nothing leads to what was not written", async () => {
    const { accept, ledger, lists, rows } = aScene();
    await accept();
    const before = rows();
    const ending = ledger.change("request-1", (entry) =>
      endRequest(entry, ofCode(1.5), "2026-01-05T00:00:00.000Z"),
    );
    await expect(ending).rejects.toMatchObject({ code: "unwritable" });
    await expect(ending).rejects.toThrow('entry "request-1"');
    expect(rows()).toEqual(before);
    expect(lists.rows().length).toBeGreaterThan(0);
    await ledger.change("request-1", (entry) => endRequest(entry, refused, "2026-01-05T00:00:00.000Z"));
    expect((await ledger.read("request-1"))?.request?.status).toBe("refused");
  });

  test("is left out of a step: a note must not keep an end from being written", async () => {
    const { accept, ledger } = aScene();
    await accept();
    const at = "2026-01-05T00:00:00.000Z";
    const wait = { category: "throttled", why: "busy", until: at, attempts: 1, status: 429, code: 1.5 };
    await ledger.change("request-1", (entry) => holdRequest(entry, wait, at, [toWaitStep(wait, at, 0)]));
    expect((await ledger.history("request-1")).at(-1)).toEqual({
      at,
      event: "waiting",
      run: 0,
      why: "its details could not be written",
    });
  });
});

describe("ledger.remove()", () => {
  test("removes the history, what it noted as the newest, and the rows that lead there last", async () => {
    const { accept, end, ledger, entries, lists, newest } = aScene();
    await accept();
    await end();
    const about = { request: aRequest({ requestId: "other" }), skuIds: [E3] };
    expect(await newest.newerThan(about, "2025-01-01T00:00:00.000Z")).toBe("request-1");
    const entry = await ledger.read("request-1");
    if (entry === undefined) throw new Error("There is no entry");
    // Stopped in between: whoever cleans finds it by its rows, and goes on
    lists.fail(1000);
    await expect(ledger.remove(entry)).rejects.toThrow(LedgerError);
    expect(entries.rows()).toEqual([]);
    lists.fail(0);
    expect(lists.rows().length).toBeGreaterThan(0);
    await ledger.remove(entry);
    expect(lists.rows()).toEqual([]);
    expect(await newest.newerThan(about, "2025-01-01T00:00:00.000Z")).toBeUndefined();
  });
});

test("ledger.remove() keeps what leads to an entry as long as the entry cannot be removed", async () => {
  const scene = aScene();
  const { accept, end, ledger, entries, newest, lists } = scene;
  await accept();
  await end();
  const entry = await ledger.read("request-1");
  if (entry === undefined) throw new Error("There is no entry");
  const before = lists.rows().length;
  const away = () => Promise.reject(new LedgerError("unreachable", "the storage account cannot be reached"));
  await expect(makeEntries({ ...scene, newest: { ...newest, forget: away } }).remove(entry)).rejects.toThrow(
    LedgerError,
  );
  expect(await ledger.history("request-1")).toHaveLength(3);
  await expect(
    makeEntries({ ...scene, entries: { ...entries, remove: away } }).remove(entry),
  ).rejects.toThrow(LedgerError);
  expect(lists.rows()).toHaveLength(before);
});

test("the entry has beside its JSON what people look for in a table viewer", async () => {
  const { accept, end, file, entries } = aScene();
  await accept();
  await end("request-1", refused);
  await file("request-1");
  await file("~m");
  const rowOf = (id: string) =>
    entries.rows().find(({ partitionKey, rowKey }) => partitionKey === id && rowKey === "entry");
  const { customerId, userId } = aRequest();
  expect(rowOf("request-1")).toMatchObject({
    status: "refused",
    customerId,
    userId,
    acceptedAt: "2026-01-01T00:00:00.000Z",
    poison: "open",
    category: "no-seats",
  });
  expect(rowOf("~m")).toMatchObject({ poison: "open", updatedAt: "2026-01-01T00:00:00.000Z" });
  expect(rowOf("~m")).not.toHaveProperty("status");
});

test("ledger.history() has each step in a place of its own, however many are written at once", async () => {
  const { end, entries, ledger } = aScene();
  await end();
  const places = entries
    .rows()
    .flatMap(({ rowKey }) => /(?<number>\d+)$/.exec(rowKey)?.groups?.["number"] ?? []);
  expect(places.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  expect(await ledger.history("request-1")).toHaveLength(3);
});

describe("ledger.mend()", () => {
  test("brings back the rows that lead to an entry, and removes those that a crash left behind", async () => {
    const { ledger, accept, end, lists, withStatus } = aScene();
    await accept();
    const stale = lists.rows();
    await end();
    for (const row of lists.rows()) await lists.remove(row.partitionKey, row.rowKey);
    for (const row of stale) await lists.put(row);
    const entry = await ledger.read("request-1");
    if (entry === undefined) throw new Error("There is no entry");
    await ledger.mend(entry);
    expect([await withStatus("accepted"), await withStatus("applied")]).toEqual([[], ["request-1"]]);
    expect(lists.rows().filter(({ partitionKey }) => partitionKey.includes("accepted"))).toEqual([]);
  });
});

describe("the poison index", () => {
  test("leads to what is open or archived, and no more to a request that was applied", async () => {
    const { accept, end, file, discard, inIndex } = aScene();
    await accept();
    await end("request-1", refused);
    await file("request-1");
    await file("~m");
    expect((await inIndex("open")).toSorted()).toEqual(["request-1", "~m"]);
    await discard("~m");
    expect([await inIndex("open"), await inIndex("discarded")]).toEqual([["request-1"], ["~m"]]);
  });
});

test("a poison message that is closed has a row only when nothing else leads to it", async () => {
  const { accept, end, file, poison, ledger } = aScene();
  await accept();
  await end();
  await file("request-1");
  expect((await ledger.read("request-1"))?.poison?.state).toBe("closed");
  expect(poison.rows()).toEqual([]);
  await file("~m");
  await ledger.change("~m", (entry) => closePoison(entry, "2026-01-05T00:00:00.000Z", "it was taken"));
  expect(poison.rows().map(({ partitionKey }) => partitionKey)).toEqual([expect.stringMatching(/^closed~/)]);
});

describe("makeDueProofs()", () => {
  test("leads to those that are due, the oldest first", async () => {
    const { accept, end, clock, lists, ledger, journal } = aScene();
    await accept("b");
    await end("b", applied, 5000);
    await accept("a");
    await end("a", applied, 1000);
    const due = async (ms: number) => {
      const found: string[] = [];
      const at = new Date(clock.now() + ms).toISOString();
      for await (const some of makeDueProofs(lists, ledger).entries(at, journal.log))
        found.push(...some.map(({ id }) => id));
      return found;
    };
    expect([await due(1000), await due(1001), await due(5001)]).toEqual([[], ["a"], ["a", "b"]]);
  });
});

describe("an entry that cannot be read", () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, index) => `r-${String(index).padStart(3, "0")}`);

  test("is passed over by lists, and told of in one line", async () => {
    const { accept, spoil, lists, ledger, journal } = aScene();
    for (const name of names(9)) await accept(name);
    for (const name of names(7)) await spoil(name);
    const all = makeLists(lists, ledger);
    const { items } = await all.requests(
      { by: "customer", customerId: CUSTOMER },
      { limit: 50 },
      journal.log,
    );
    expect(items.map(({ id }) => id)).toEqual(["r-007", "r-008"]);
    expect(journal.entries).toEqual([
      {
        event: "ledger.passedOver",
        fields: {
          entries: 7,
          ids: "r-000 r-001 r-002 r-003 r-004",
          remedy: expect.stringContaining("GET") as unknown,
        },
      },
    ]);
  });

  test("ends a page of a list when there are many, which leads on", async () => {
    const { accept, spoil, lists, ledger, journal } = aScene();
    for (const name of names(250)) await accept(name);
    for (const name of names(249)) await spoil(name);
    const all = makeLists(lists, ledger);
    const read = (after: { after?: string }) =>
      all.requests({ by: "status", status: "accepted" }, { limit: 10, ...after }, journal.log);
    const first = await read({});
    expect(first.items).toEqual([]);
    const rest = await read({ after: first.next ?? "" });
    expect(rest.items.map(({ id }) => id)).toEqual(["r-249"]);
    expect(rest.next).toBeUndefined();
  });

  test("is no reason to hide other trouble", async () => {
    const { accept, lists, ledger, entries, journal } = aScene();
    await accept();
    entries.fail(1000);
    const listing = makeLists(lists, ledger).requests(
      { by: "status", status: "accepted" },
      { limit: 1 },
      journal.log,
    );
    await expect(listing).rejects.toMatchObject({ code: "unreachable" });
  });

  test("does not keep others from being proved, and stays due", async () => {
    const { accept, end, spoil, clock, lists, ledger, journal } = aScene();
    for (const name of ["a", "b"]) {
      await accept(name);
      await end(name, applied, 1000);
    }
    await spoil("a");
    const at = new Date(clock.now() + 1001).toISOString();
    const found: string[] = [];
    for await (const some of makeDueProofs(lists, ledger).entries(at, journal.log))
      found.push(...some.map(({ id }) => id));
    expect(found).toEqual(["b"]);
    expect(journal.events()).toEqual(["ledger.passedOver"]);
    expect(lists.rows().filter(({ partitionKey }) => partitionKey === "proof")).toHaveLength(2);
  });

  test("stays when the others are removed", async () => {
    const { accept, end, spoil, clean, clock, journal, entries } = aScene();
    for (const name of ["a", "b"]) {
      await accept(name);
      await end(name);
    }
    await spoil("a");
    clock.pass(30 * DAY_MS + 1);
    await clean();
    expect(new Set(entries.rows().map(({ partitionKey }) => partitionKey))).toEqual(new Set(["a"]));
    expect(journal.entries).toMatchObject([
      { event: "ledger.passedOver", fields: { ids: "a" } },
      { event: "ledger.cleaned", fields: { requests: 1, isDone: true } },
    ]);
  });

  test("takes no more than the minute that cleaning has", async () => {
    const { accept, spoil, clock, journal, ledger, lists, poison } = aScene();
    for (const name of names(250)) await accept(name);
    for (const name of names(250)) await spoil(name);
    clock.pass(30 * DAY_MS + 1);
    let reads = 0;
    const read = (id: string) => {
      reads += 1;
      clock.pass(700);
      return ledger.read(id);
    };
    const clean = makeClean({
      clock,
      ledger,
      expired: makeExpired(lists, poison, { read }),
      removeOperations: () => Promise.resolve(0),
      removeStrayBodies: () => Promise.resolve(0),
      retentionDays: 30,
    });
    await clean(journal.log);
    expect(reads).toBe(100);
    expect(journal.entries.at(-1)).toMatchObject({ fields: { isDone: false } });
  });
});

describe("makeClean()", () => {
  test("removes what ended long ago, with everything that leads to it, and says how many", async () => {
    const { accept, end, file, discard, clean, clock, journal, rows } = aScene();
    await accept();
    await end();
    await file("~m");
    await discard("~m");
    clock.pass(30 * DAY_MS + 1);
    await clean();
    expect(rows()).toEqual([]);
    expect(journal.entries).toEqual([
      {
        event: "ledger.cleaned",
        fields: { requests: 1, messages: 1, operations: 7, bodies: 0, isDone: true },
      },
    ]);
  });

  test("keeps what is young, and what waits for an operator", async () => {
    const { accept, end, file, clean, clock, ledger, withStatus } = aScene();
    await accept("old");
    await end("old", refused);
    await file("old");
    await file("~m");
    clock.pass(30 * DAY_MS + 1);
    await accept("young");
    await end("young");
    await clean();
    expect([await withStatus("refused"), await withStatus("applied")]).toEqual([["old"], ["young"]]);
    expect((await ledger.read("~m"))?.poison?.state).toBe("open");
  });

  test("removes a body that was kept for a message which was never filed under that id", async () => {
    const { ledger, clean, clock, journal, rows } = aScene();
    await ledger.keepBody("~p", Buffer.alloc(2_000_000), AT);
    clock.pass(30 * DAY_MS - 1);
    await clean();
    expect(await ledger.body("~p")).toHaveLength(2_000_000);
    clock.pass(2);
    await clean();
    expect(rows()).toEqual([]);
    expect(journal.entries.map(({ fields }) => fields)).toMatchObject([{ bodies: 0 }, { bodies: 1 }]);
  });

  test("leaves a body that was kept to its entry, and to be removed with it", async () => {
    const { ledger, discard, clean, clock, rows } = aScene();
    await ledger.keepBody("~p", Buffer.alloc(2_000_000), AT);
    const { body: _kept, ...failure } = aFailure({ id: "~p" });
    await ledger.change("~p", (entry) => filePoison(entry, failure, AT));
    const large = aFailure({ id: "~large", body: Buffer.alloc(800_000) });
    await ledger.change("~large", (entry) => filePoison(entry, large, AT));
    clock.pass(30 * DAY_MS + 1);
    await clean();
    expect(await ledger.body("~p")).toHaveLength(2_000_000);
    expect(await ledger.body("~large")).toHaveLength(800_000);
    await discard("~p");
    await discard("~large");
    clock.pass(30 * DAY_MS + 1);
    await clean();
    expect(rows()).toEqual([]);
  });

  test("removes what never came to the queue", async () => {
    const { accept, clean, clock, rows } = aScene();
    await accept();
    clock.pass(30 * DAY_MS + 1);
    await clean();
    expect(rows()).toEqual([]);
  });

  test("works for a minute at most, and leaves the rest to the next time", async () => {
    const { accept, clean, clock, journal, withStatus } = aScene();
    const names = Array.from({ length: 20 }, (_, number) => `request-${number}`);
    for (const name of names) await accept(name);
    clock.pass(30 * DAY_MS + 1);
    await clean(30, 4000);
    expect(await withStatus("accepted")).toHaveLength(4);
    expect(journal.entries).toMatchObject([{ fields: { requests: 16, operations: 0, isDone: false } }]);
  });
});

test("makeNewestApplied() bears an id of a SKU that is no key of a table", async () => {
  const { newest } = aLedger();
  const about = { request: aRequest(), skuIds: ["a/b#\ud800", E3] };
  await newest.note(about, "2026-01-02T00:00:00.000Z");
  expect(await newest.newerThan(about, "2026-01-01T00:00:00.000Z")).toBe("request-1");
});

test("a newest request that cannot be read is named to whoever asks, and gives way to the next", async () => {
  const table = memoryTable();
  const newest = makeNewestApplied(table);
  const about = { request: aRequest(), skuIds: [E3] };
  await newest.note(about, "2026-01-01T00:00:00.000Z");
  const [row] = table.rows();
  if (row === undefined) throw new Error("There is no row");
  await table.put({ partitionKey: row.partitionKey, rowKey: row.rowKey, requestId: 7 });
  await expect(newest.newerThan(about, "2025-01-01T00:00:00.000Z")).rejects.toMatchObject({
    code: "unreadable",
  });
  await newest.note(about, "2026-01-02T00:00:00.000Z");
  expect(await newest.newerThan(about, "2026-01-01T00:00:00.000Z")).toBe("request-1");
});

test("an entry from before a rule about texts of requests was there is still read", async () => {
  const { ledger } = aLedger();
  const request = { ...aRequest(), requestedBy: "Ana \ud83d" };
  const at = "2026-01-01T00:00:00.000Z";
  await ledger.change("request-1", (entry) => acceptRequest(entry, request, at, "http"));
  expect((await ledger.read("request-1"))?.request?.body.requestedBy).toBe("Ana \ud83d");
});
