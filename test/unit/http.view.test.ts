import { describe, expect, test } from "vitest";

import type { PoisonQuery, StatusQuery } from "../../shared/http/api/inputs.ts";
import { makeView } from "../../shared/http/view.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { filePoison } from "../../shared/ledger/entry/poison.ts";
import { makeLists } from "../../shared/ledger/lists.ts";
import { makeNotes } from "../../shared/poison/store/notes.ts";
import { makeOperations } from "../../shared/poison/store/operations.ts";
import { makePoisonIndex } from "../../shared/poison/store/poisonIndex.ts";
import { aLedger } from "../support/aLedger.ts";
import { aFailure, aRequest, bytesOf, CUSTOMER } from "../support/builders.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";
import { anOperation } from "../support/poisonBuilders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const OTHER = "33333333-3333-4333-8333-333333333333";
const operation = anOperation();

const { log } = logJournal();

/** What is shown over tables in memory, and what puts something into them. */
const aScene = () => {
  const { ledger, lists, poison } = aLedger();
  const operations = makeOperations(memoryTable());
  const notes = makeNotes(memoryTable());
  const view = makeView({
    ledger,
    lists: makeLists(lists, ledger),
    poisonIndex: makePoisonIndex(poison),
    notes,
    operations,
  });
  const accept = (fields: Readonly<Record<string, unknown>>) => {
    const request = aRequest(fields);
    return ledger.change(request.requestId, (entry) => acceptRequest(entry, request, AT, "http"));
  };
  const file = (failure: Parameters<typeof aFailure>[0]) => {
    const filed = aFailure(failure);
    return ledger.change(filed.id, (entry) => filePoison(entry, filed, filed.refusal.at));
  };
  return { view, accept, file, notes, operations };
};

const aQuery = (fields: Partial<StatusQuery> = {}): StatusQuery => ({ limit: 50, ...fields });
const aPoisonQuery = (fields: Partial<PoisonQuery> = {}): PoisonQuery => ({
  limit: 50,
  state: "open",
  ...fields,
});

describe("view.request()", () => {
  test("shows a request with its history, and nothing of an id that is none", async () => {
    const { view, accept, file } = aScene();
    await accept({});
    await file({ id: "~m" });
    expect(await view.request("request-1")).toMatchObject({
      entry: { id: "request-1" },
      history: [{ event: "accepted" }],
    });
    expect(await view.request("~m")).toBeUndefined();
    expect(await view.request("request-2")).toBeUndefined();
  });
});

describe("view.requests()", () => {
  test.each([
    ["customer", { customerId: OTHER }, ["request-2"]],
    ["status", { status: "accepted" }, ["request-1", "request-2"]],
    ["cause", { category: "no-seats" }, []],
    ["ticket, whose id may have slashes", { ticket: "zendesk/47/11" }, ["request-1"]],
    ["ticket of another system", { ticket: "jira/47/11" }, []],
  ] as const)("lists by %s", async (_, query, ids) => {
    const { view, accept } = aScene();
    await accept({ ticket: { system: "zendesk", id: "47/11" } });
    await accept({ requestId: "request-2", customerId: OTHER });
    const { items } = await view.requests(aQuery(query), log);
    expect(items.map(({ id }) => id).toSorted()).toEqual(ids);
  });

  test("goes on where the page before ended", async () => {
    const { view, accept } = aScene();
    await accept({});
    await accept({ requestId: "request-2" });
    const first = await view.requests(aQuery({ status: "accepted", limit: 1 }), log);
    expect(first.items).toHaveLength(1);
    const query = aQuery({ status: "accepted", limit: 1, after: first.next ?? "" });
    const rest = await view.requests(query, log);
    expect([...first.items, ...rest.items].map(({ id }) => id).toSorted()).toEqual([
      "request-1",
      "request-2",
    ]);
    expect(rest.next).toBeUndefined();
  });

  test("lists operations without one that cannot be read", async () => {
    const table = memoryTable();
    const operations = makeOperations(table);
    await operations.create(operation);
    await operations.create({ ...operation, id: "spoilt" });
    const spoilt = table.rows().find(({ partitionKey }) => partitionKey === "operation:spoilt");
    if (spoilt === undefined) throw new Error("There is no row");
    await table.put({ partitionKey: spoilt.partitionKey, rowKey: spoilt.rowKey });
    expect((await operations.list({ limit: 10 })).items.map(({ id }) => id)).toEqual(["op"]);
  });
});

describe("view.groups()", () => {
  const noteOn = async (group: { category?: string; code?: number; customerId?: string }) => {
    const { view, accept, file } = aScene();
    await accept({});
    await file({ code: 60_012 });
    await view.note({ category: "no-seats", ...group }, { text: "seen", by: "kim", at: AT });
    const [shown] = await view.groups(aPoisonQuery());
    return shown?.note?.text;
  };

  test.each([
    ["exactly this group", { code: 60_012, customerId: CUSTOMER }, "seen"],
    ["the cause and the customer", { customerId: CUSTOMER }, "seen"],
    ["the cause and the code", { code: 60_012 }, "seen"],
    ["the cause", {}, "seen"],
    ["another cause", { category: "conflict" }, undefined],
    ["another customer", { customerId: OTHER }, undefined],
    ["another code", { code: 1 }, undefined],
  ])("shows a note on %s", async (_, group, text) => {
    expect(await noteOn(group)).toBe(text);
  });

  test("prefers the note that names most, and forgets one that was emptied", async () => {
    const { view, accept, file } = aScene();
    await accept({});
    await file({ code: 60_012 });
    const note = (text: string) => ({ text, by: "kim", at: AT });
    await view.note({ category: "no-seats" }, note("of the cause"));
    await view.note({ category: "no-seats", code: 60_012, customerId: CUSTOMER }, note("of the group"));
    const shown = async () => (await view.groups(aPoisonQuery())).map((group) => group.note?.text);
    expect(await shown()).toEqual(["of the group"]);
    await view.note({ category: "no-seats", code: 60_012, customerId: CUSTOMER }, note(""));
    expect(await shown()).toEqual(["of the cause"]);
  });

  test("counts the messages of a group, from the first to the latest, the largest group first", async () => {
    const { view, file } = aScene();
    await file({ id: "~c", category: "conflict" });
    await file({ id: "~a", at: "2026-01-02T00:00:00.000Z" });
    await file({ id: "~b", at: "2026-01-03T00:00:00.000Z" });
    const groups = await view.groups(aPoisonQuery());
    expect(groups.map(({ group }) => group)).toEqual([
      {
        category: "no-seats",
        count: 2,
        replaying: 0,
        oldest: "2026-01-02T00:00:00.000Z",
        newest: "2026-01-03T00:00:00.000Z",
      },
      { category: "conflict", count: 1, replaying: 0, oldest: AT, newest: AT },
    ]);
  });
});

describe("view.poisonList()", () => {
  const listed = async (query: Partial<PoisonQuery>): Promise<readonly string[]> => {
    const { view, accept, file } = aScene();
    await accept({});
    await file({ code: 60_012 });
    await file({ id: "~a", category: "conflict", at: "2026-01-02T00:00:00.000Z" });
    const { items } = await view.poisonList(aPoisonQuery(query));
    return items.map(({ id }) => id);
  };

  test.each([
    ["all, newest first", {}, ["~a", "request-1"]],
    ["by cause", { category: "conflict" }, ["~a"]],
    ["by code", { errorCode: 60_012 }, ["request-1"]],
    ["by customer", { customerId: CUSTOMER }, ["request-1"]],
    ["the archive", { state: "discarded" }, []],
  ] as const)("lists %s", async (_, query, ids) => {
    expect(await listed(query)).toEqual(ids);
  });

  test("goes on where the page before ended", async () => {
    const { view, file } = aScene();
    await file({ id: "~a" });
    await file({ id: "~b" });
    const first = await view.poisonList(aPoisonQuery({ limit: 1 }));
    const rest = await view.poisonList(aPoisonQuery({ limit: 1, after: first.next ?? "" }));
    expect([...first.items, ...rest.items].map(({ id }) => id).toSorted()).toEqual(["~a", "~b"]);
    expect(rest.next).toBeUndefined();
  });
});

describe("view.poison()", () => {
  test("shows a poison message with its body, and nothing of a request that is none", async () => {
    const { view, accept, file } = aScene();
    await accept({});
    await file({ id: "~m" });
    const shown = await view.poison("~m");
    expect(shown?.entry.id).toBe("~m");
    expect(Buffer.from(shown?.body ?? [])).toEqual(Buffer.from(bytesOf("the body")));
    expect(await view.poison("request-1")).toBeUndefined();
    expect(await view.poison("~n")).toBeUndefined();
  });
});

describe("view.operation()", () => {
  test("shows what failed or was skipped, a hundred at most", async () => {
    const { view, operations } = aScene();
    await operations.create(operation);
    const item = (key: string, state: "todo" | "done" | "failed" | "skipped") => ({
      key,
      poisonId: key,
      lane: "l",
      state,
    });
    await operations.putItems("op", [
      item("a", "todo"),
      item("b", "done"),
      item("c", "failed"),
      item("d", "skipped"),
    ]);
    const few = await view.operation("op");
    expect(few?.operation.id).toBe("op");
    expect(few?.unfinished.map(({ key }) => key)).toEqual(["c", "d"]);

    const many = Array.from({ length: 150 }, (_, index) => item(`e${index}`, "failed"));
    await operations.putItems("op", many);
    expect((await view.operation("op"))?.unfinished).toHaveLength(100);
    expect(await view.operation("other")).toBeUndefined();
  });

  test("lists operations, newest first, page by page", async () => {
    const { view, operations } = aScene();
    await operations.create(operation);
    await operations.create({ ...operation, id: "newer", createdAt: "2026-01-02T00:00:00.000Z" });
    const first = await view.operations({ limit: 1 });
    expect(first.items.map(({ id }) => id)).toEqual(["newer"]);
    const rest = await view.operations({ limit: 1, after: first.next ?? "" });
    expect(rest.items.map(({ id }) => id)).toEqual(["op"]);
    expect(rest.next).toBeUndefined();
  });
});
