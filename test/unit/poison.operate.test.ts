import { describe, expect, test } from "vitest";

import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest, skipRequest } from "../../shared/ledger/entry/end.ts";
import type { Entry } from "../../shared/ledger/entry/entry.ts";
import { filePoison } from "../../shared/ledger/entry/poison.ts";
import { LedgerError } from "../../shared/ledger/table/errors.ts";
import type { DeadLetter } from "../../shared/message/deadLetter.ts";
import { QueueError } from "../../shared/message/errors.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { makeCaptureOperation } from "../../shared/poison/captureOperation.ts";
import { makeFilePoison } from "../../shared/poison/file.ts";
import { makeFreeze } from "../../shared/poison/freeze.ts";
import type { ArchiveInput } from "../../shared/poison/inputs.ts";
import { makeManage } from "../../shared/poison/manage.ts";
import { makeOperate } from "../../shared/poison/operate.ts";
import type { OperationKind } from "../../shared/poison/operation.ts";
import { makeOperations } from "../../shared/poison/store/operations.ts";
import { makePoisonIndex } from "../../shared/poison/store/poisonIndex.ts";
import { makeTreat } from "../../shared/poison/treat.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aFailure, aRequest, bytesOf, ids } from "../support/builders.ts";
import { aDeadLetter } from "../support/deadLetterQueue.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const MINUTE_MS = 60_000;
const refused = {
  kind: "refused",
  cause: causeOf(400, 60_012),
  status: 400,
  code: 60_012,
  attempts: 1,
} as const;
const applied = { kind: "applied", alreadySo: false, status: 201, warnings: [], attempts: 1, ids } as const;

/** What becomes of a replay once it is sent: at once, unless it is left lying. */
type Fate = "applied" | "refused" | "skipped" | "left lying";

/** Poison messages in a ledger, operations on them, and a queue that carries ticks and replays. */
const aScene = (fateOf: (id: string) => Fate = () => "applied") => {
  const clock = fakeClock();
  const journal = logJournal();
  const { ledger, poison, entries } = aLedger();
  const table = memoryTable();
  const operations = makeOperations(table);
  const ticks: string[] = [];
  const replays: {
    readonly id: string;
    readonly run: number;
    readonly lane: string;
    readonly atMs: number;
  }[] = [];
  const published: string[] = [];
  const state: { isQueueAway: boolean; tooLarge: string | undefined; publishError: Error | undefined } = {
    isQueueAway: false,
    tooLarge: undefined,
    publishError: undefined,
  };
  const nowIso = (): string => new Date(clock.now()).toISOString();
  const away = () =>
    Promise.reject(new QueueError("unreachable", "Cannot send: the broker cannot be reached"));

  /** The run of a replay, as the rest of the relay notes it. */
  const run = async (id: string, fate: Fate): Promise<void> => {
    if (fate === "left lying") return;
    const request = aRequest({ requestId: id, userId: `${id}@contoso.com` });
    await ledger.change(id, (entry) => beginRequest(entry, request, nowIso(), "queue"));
    await ledger.change(id, (entry) =>
      fate === "skipped"
        ? skipRequest(entry, "newer-1", nowIso())
        : endRequest(entry, fate === "applied" ? applied : refused, nowIso()),
    );
  };
  const sendTick = (id: string, tick: number): Promise<void> => {
    if (state.isQueueAway) return away();
    return later(() => void ticks.push(`${id} ${tick}`));
  };
  const treat = makeTreat({
    clock,
    ledger,
    sendReplay: async (key, _body, _poison, lane) => {
      if (state.isQueueAway) await away();
      if (state.tooLarge === key.id)
        throw new QueueError("tooLarge", "Cannot send to license-updates: the message is too large");
      replays.push({ ...key, lane, atMs: clock.now() });
      await run(key.id, fateOf(key.id));
    },
    published: (entry) =>
      state.publishError === undefined
        ? later(() => void published.push(`${entry.id} ${entry.request?.status ?? ""}`))
        : Promise.reject(state.publishError),
  });
  const manage = makeManage({ clock, operations, sendTick, stalledMs: 3 * MINUTE_MS });
  const operate = makeOperate({
    clock,
    operations,
    freeze: makeFreeze({ ledger, poisonIndex: makePoisonIndex(poison), operations, lanesPerCustomer: 4 }),
    treat,
    sendTick,
    patiently: makePatiently(clock, { holdBudgetMs: 1000, backoffBaseMs: 100 }),
  });

  /** A request that was refused and filed. */
  const file = async (id: string): Promise<void> => {
    clock.pass(1000);
    const request = aRequest({ requestId: id, userId: `${id}@contoso.com` });
    await ledger.change(id, (entry) => acceptRequest(entry, request, nowIso(), "http"));
    await run(id, "refused");
    await ledger.change(id, (entry) =>
      filePoison(entry, aFailure({ id, at: nowIso(), body: bytesOf(request) }), nowIso()),
    );
  };
  const start = (
    kind: OperationKind,
    input: Partial<ArchiveInput> & Parameters<typeof manage.start>[1] = {},
  ) => {
    clock.pass(1000);
    return manage.start(kind, input, "kim", journal.log);
  };
  const goOn = async (id: string) => {
    await operate(id, journal.log);
    return operations.read(id);
  };
  const itemsOf = async (id: string) => {
    const found: string[] = [];
    for await (const items of operations.items(id, ["todo", "sent", "done", "failed", "skipped"]))
      for (const { poisonId, state: now, why } of items)
        found.push([poisonId, now, ...(why === undefined ? [] : [why])].join(" "));
    return found;
  };
  const poisonOf = async (id: string): Promise<Entry["poison"]> => (await ledger.read(id))?.poison;
  return {
    clock,
    journal,
    ledger,
    operations,
    ticks,
    replays,
    published,
    state,
    manage,
    treat,
    file,
    run,
    start,
    goOn,
    itemsOf,
    poisonOf,
    table,
    entries,
    poisonTable: poison,
    operate,
  };
};
const all = { category: "no-seats" };

describe("a replay", () => {
  test("sends every message again in the order of acceptance, and is done when all are applied", async () => {
    const { file, start, goOn, replays, itemsOf, poisonOf, journal } = aScene();
    for (const id of ["r1", "r2", "r3"]) await file(id);
    const { id } = await start("replay", all);
    expect(await goOn(id)).toMatchObject({ state: "done", total: 3, done: 3, failed: 0, skipped: 0 });
    expect(replays.map((one) => `${one.id} ${one.run}`)).toEqual(["r1 1", "r2 1", "r3 1"]);
    expect(await itemsOf(id)).toEqual(["r1 done", "r2 done", "r3 done"]);
    expect((await poisonOf("r1"))?.state).toBe("closed");
    expect(journal.entries.at(-1)).toMatchObject({
      event: "operation.progress",
      fields: { operationId: id, state: "done", total: 3, done: 3 },
    });
  });

  test("counts what was refused again or skipped, and says why", async () => {
    const fates: Readonly<Record<string, Fate>> = { r1: "refused", r2: "skipped", r3: "applied" };
    const { file, start, goOn, itemsOf } = aScene((id) => fates[id] ?? "applied");
    for (const id of ["r1", "r2", "r3"]) await file(id);
    const { id } = await start("replay", all);
    expect(await goOn(id)).toMatchObject({ state: "done", done: 1, failed: 1, skipped: 1 });
    const [one, other] = await itemsOf(id);
    expect(one).toMatch(/^r1 failed no-seats: /);
    expect(other).toBe('r2 skipped request "newer-1" is newer and has been applied');
  });

  test("sends the canary alone, and the rest only when it was applied", async () => {
    const good = aScene();
    for (const id of ["r1", "r2", "r3"]) await good.file(id);
    const first = await good.start("replay", { ...all, canary: true });
    expect(await good.goOn(first.id)).toMatchObject({ state: "done", done: 3 });

    const bad = aScene(() => "refused");
    for (const id of ["r1", "r2", "r3"]) await bad.file(id);
    const second = await bad.start("replay", { ...all, canary: true });
    const stopped = await bad.goOn(second.id);
    expect(stopped).toMatchObject({ state: "stopped", done: 0, failed: 1 });
    expect(stopped?.reason).toContain('the canary "r1" failed');
    expect(bad.replays.map(({ id }) => id)).toEqual(["r1"]);
  });

  test("keeps to the rate that was asked for", async () => {
    const { file, start, goOn, replays } = aScene();
    for (const id of ["r1", "r2", "r3", "r4", "r5", "r6"]) await file(id);
    const { id } = await start("replay", { ...all, ratePerSecond: 1 });
    expect(await goOn(id)).toMatchObject({ state: "done", done: 6 });
    const [first, last] = [replays[0]?.atMs ?? 0, replays.at(-1)?.atMs ?? 0];
    expect(last - first).toBeGreaterThanOrEqual(4000);
    expect(last - first).toBeLessThan(10_000);
  });

  test("has so many under way at once, and no more", async () => {
    const { ledger, start, goOn, replays, clock, run } = aScene(() => "left lying");
    const many = Array.from({ length: 131 }, (_, number) => `r${number}`);
    const at = new Date(clock.now()).toISOString();
    for (const id of many)
      await ledger.change(id, (entry) =>
        filePoison(entry, aFailure({ id, body: bytesOf(aRequest({ requestId: id })) }), at),
      );
    const { id } = await start("replay", { ids: many, ratePerSecond: 1000 });
    await goOn(id);
    expect(replays).toHaveLength(128);
    // Results are looked for in turn: those of the last are found as well
    for (const one of replays.slice(-2)) await run(one.id, "applied");
    expect(await goOn(id)).toMatchObject({ done: 2 });
    expect(replays).toHaveLength(130);
  });

  test("ends in peace when the operation is removed under way", async () => {
    const removal: (() => Promise<void>)[] = [];
    const { file, start, operate, table, ticks, journal } = aScene(() => {
      void removal.pop()?.();
      return "left lying";
    });
    await file("r1");
    const { id } = await start("replay", all);
    removal.push(() => table.remove(`operation:${id}`, "operation"));
    expect(await operate(id, journal.log)).toBe(true);
    expect(ticks).toEqual([`${id} 0`]);
    expect(journal.events()).toEqual(["operation.started", "operation.progress"]);
  });

  test("works for half a minute at most, and has itself woken for what is under way", async () => {
    const { file, start, goOn, ticks, clock, run } = aScene(() => "left lying");
    await file("r1");
    const { id } = await start("replay", all);
    const before = clock.now();
    expect(await goOn(id)).toMatchObject({ state: "running", done: 0 });
    expect(clock.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - before).toBeLessThan(31_000);
    expect(ticks).toEqual([`${id} 0`, `${id} 1`]);
    await run("r1", "applied");
    expect(await goOn(id)).toMatchObject({ state: "done", done: 1 });
    expect(ticks).toHaveLength(2);
  });

  test("looks for results a few times a second, not all the time", async () => {
    const { file, start, goOn, clock } = aScene(() => "left lying");
    await file("r1");
    const { id } = await start("replay", all);
    await goOn(id);
    expect(clock.waits.length).toBeLessThanOrEqual(155);
    expect(Math.max(...clock.waits)).toBeLessThanOrEqual(200);
  });

  test("waits for what is under way when it is cancelled, and begins nothing more", async () => {
    const { file, start, goOn, manage, run, replays } = aScene((id) =>
      id === "r1" ? "left lying" : "applied",
    );
    for (const id of ["r1", "r2"]) await file(id);
    const { id } = await start("replay", { ...all, canary: true });
    expect(await goOn(id)).toMatchObject({ state: "canary" });
    expect(await manage.cancel(id, "lee")).toMatchObject({ state: "cancelling", reason: "cancelled by lee" });
    await run("r1", "applied");
    expect(await goOn(id)).toMatchObject({ state: "cancelled", done: 1 });
    expect(replays.map((one) => one.id)).toEqual(["r1"]);
  });

  test("skips an id that is none, and one that does not fit", async () => {
    const { file, start, goOn, itemsOf } = aScene();
    await file("r1");
    const { id } = await start("replay", { ids: ["r1", "r9"] });
    expect(await goOn(id)).toMatchObject({ state: "done", total: 2, done: 1, skipped: 1 });
    expect(await itemsOf(id)).toContain("r9 skipped there is no such poison message");
    const other = await start("replay", { ids: ["r1"], category: "conflict" });
    expect(await goOn(other.id)).toMatchObject({ state: "done", total: 0 });
  });

  test("does not send again what it had sent before a crash", async () => {
    const { file, start, goOn, operations, treat, replays, journal } = aScene();
    await file("r1");
    const operation = await start("replay", all);
    await operations.change(operation.id, (now) => ({ ...now, state: "running", total: 1 }));
    const item = { key: "k", poisonId: "r1", lane: "l", state: "todo" } as const;
    await operations.putItems(operation.id, [item]);
    expect(await treat.start(operation, item, journal.log)).toMatchObject({ state: "sent", run: 1 });
    // The item was not noted as sent: begun anew, it has its result
    expect(await goOn(operation.id)).toMatchObject({ state: "done", done: 1 });
    expect(replays).toHaveLength(1);
  });

  test("tries for a while when the queue is away, and then gives its own message back", async () => {
    const { file, start, goOn, state, replays } = aScene();
    await file("r1");
    const { id } = await start("replay", all);
    state.isQueueAway = true;
    await expect(goOn(id)).rejects.toThrow("the broker cannot be reached");
    state.isQueueAway = false;
    expect(await goOn(id)).toMatchObject({ state: "done", done: 1 });
    expect(replays.map((one) => `${one.id} ${one.run}`)).toEqual(["r1 1"]);
  });

  test("gives its message back when the next one cannot be sent", async () => {
    const scene = aScene(() => {
      scene.state.isQueueAway = true;
      return "left lying";
    });
    const { file, start, goOn, state, ticks, operations } = scene;
    await file("r1");
    const { id } = await start("replay", all);
    await expect(goOn(id)).rejects.toThrow("the broker cannot be reached");
    expect(await operations.read(id)).toMatchObject({ state: "running" });
    expect(ticks).toEqual([`${id} 0`]);
    state.isQueueAway = false;
    await goOn(id);
    expect(ticks).toHaveLength(2);
  });

  test("finds its result in the history when another replay came after it", async () => {
    let fate: Fate = "refused";
    const { file, start, goOn, treat } = aScene(() => fate);
    await file("r1");
    await goOn((await start("replay", all)).id);
    fate = "applied";
    await goOn((await start("replay", { ids: ["r1"] })).id);
    const item = { key: "k", poisonId: "r1", lane: "l", state: "sent" } as const;
    expect(await treat.look({ ...item, run: 1 })).toMatchObject({ state: "failed" });
    expect(await treat.look({ ...item, run: 2 })).toMatchObject({ state: "done" });
    expect(await treat.look(item)).toBeUndefined();
  });

  test("says when the ledger has no such operation: that message is nobody's", async () => {
    const { start, operate, journal, ticks } = aScene();
    const { id } = await start("replay", all);
    expect(await operate(id, journal.log)).toBe(true);
    expect(await operate(id, journal.log)).toBe(true);
    expect(await operate("no-such-operation", journal.log)).toBe(false);
    expect(ticks).toHaveLength(1);
  });

  test("is over for good: another message to it changes nothing", async () => {
    const { file, start, goOn, replays, ticks } = aScene();
    await file("r1");
    const { id } = await start("replay", all);
    const done = await goOn(id);
    expect(await goOn(id)).toEqual(done);
    expect([replays.length, ticks.length]).toEqual([1, 1]);
    expect(await goOn("no-such-operation")).toBeUndefined();
  });
});

describe("an item that always fails", () => {
  const unreadable = (id: string) => ({ partitionKey: id, rowKey: "entry", json: "?" });

  test("has failed when the broker does not take it at all; the others go on", async () => {
    const { file, start, goOn, itemsOf, state, poisonOf, ledger, ticks } = aScene();
    for (const id of ["r1", "r2"]) await file(id);
    state.tooLarge = "r1";
    const { id } = await start("replay", all);
    expect(await goOn(id)).toMatchObject({ state: "done", done: 1, failed: 1 });
    expect(await itemsOf(id)).toEqual([
      "r1 failed Cannot send to license-updates: the message is too large",
      "r2 done",
    ]);
    expect(ticks).toEqual([`${id} 0`]);
    expect(await poisonOf("r1")).toMatchObject({ state: "open", runs: 1 });
    expect(await poisonOf("r1")).not.toHaveProperty("replay");
    expect((await ledger.history("r1")).at(-1)).toMatchObject({
      event: "refused",
      run: 1,
      why: "Cannot send to license-updates: the message is too large",
    });
    // Nothing is under way: it may be discarded, or replayed once that is possible
    state.tooLarge = undefined;
    expect(await goOn((await start("replay", all)).id)).toMatchObject({ state: "done", done: 1 });
  });

  test("can be discarded afterwards", async () => {
    const { file, start, goOn, state, poisonOf } = aScene();
    await file("r1");
    state.tooLarge = "r1";
    await goOn((await start("replay", all)).id);
    expect(await goOn((await start("discard", all)).id)).toMatchObject({ state: "done", done: 1 });
    expect((await poisonOf("r1"))?.state).toBe("discarded");
  });

  test("stops the operation when it is the canary", async () => {
    const { file, start, goOn, state } = aScene();
    for (const id of ["r1", "r2"]) await file(id);
    state.tooLarge = "r1";
    const stopped = await goOn((await start("replay", { ...all, canary: true })).id);
    expect(stopped).toMatchObject({ state: "stopped", failed: 1, done: 0 });
    expect(stopped?.reason).toContain("the message is too large");
  });

  test("has failed when its entry cannot be read: named, in the index, or under way", async () => {
    const { file, start, goOn, itemsOf, entries, run } = aScene((id) =>
      id === "r2" ? "left lying" : "applied",
    );
    for (const id of ["r1", "r2", "r3"]) await file(id);
    await entries.put(unreadable("r1"));
    for (const input of [{ ids: ["r1"] }, { ids: ["r1", "r3"] }]) {
      const { id } = await start("replay", input);
      expect(await goOn(id)).toMatchObject({ state: "done", failed: 1 });
      expect((await itemsOf(id)).find((item) => item.startsWith("r1"))).toContain("is not what was written");
    }
    const { id } = await start("replay", all);
    expect(await goOn(id)).toMatchObject({ state: "running", failed: 1 });
    await run("r2", "applied");
    await entries.put(unreadable("r2"));
    expect(await goOn(id)).toMatchObject({ state: "done", failed: 2 });
  });

  test("has failed when what became of it cannot be published; an outage is waited for", async () => {
    const { file, start, goOn, state, itemsOf, published } = aScene();
    for (const id of ["r1", "r2"]) await file(id);
    state.publishError = new QueueError("busy", "Cannot send to license-outcomes: the broker is busy");
    const { id } = await start("discard", { ids: ["r1"] });
    await expect(goOn(id)).rejects.toThrow("the broker is busy");
    state.publishError = undefined;
    expect(await goOn(id)).toMatchObject({ state: "done", done: 1 });
    expect(published).toEqual(["r1 discarded"]);
    state.publishError = new TypeError("of ours");
    const other = await start("discard", { ids: ["r2"] });
    expect(await goOn(other.id)).toMatchObject({ state: "done", failed: 1 });
    expect(await itemsOf(other.id)).toEqual(["r2 failed TypeError"]);
  });
});

describe("an operation that always fails", () => {
  test("is stopped, and says why", async () => {
    const { start, goOn, poisonTable, ticks } = aScene();
    const { id } = await start("replay", all);
    poisonTable.pages = () => {
      throw new LedgerError("failed", "the storage account answered 400");
    };
    const stopped = await goOn(id);
    expect(stopped).toMatchObject({ state: "stopped" });
    expect(stopped?.reason).toContain("the storage account answered 400");
    expect(stopped?.endedAt).toBeDefined();
    expect(ticks).toEqual([`${id} 0`]);
  });
});

describe("a dead letter of license-operations", () => {
  const letterOf = (operationId: string) =>
    aDeadLetter({
      queue: "license-operations",
      body: bytesOf({ operationId }),
      reason: "MaxDeliveryCountExceeded",
    });
  const aCapture = () => {
    const scene = aScene();
    const { clock, operations, ledger, poisonTable, journal } = scene;
    const patiently = makePatiently(clock, { holdBudgetMs: 0, backoffBaseMs: 100 });
    const capture = makeCaptureOperation({
      clock,
      operations,
      file: makeFilePoison({ clock, ledger, patiently }),
    });
    return {
      ...scene,
      capture: (letter: DeadLetter) => capture(letter, journal.log),
      filed: () => poisonTable.rows(),
    };
  };

  test("is let go when its operation is there, which is woken once it has not moved for a while", async () => {
    const { start, capture, filed, ticks, clock, manage, journal } = aCapture();
    const { id } = await start("replay", all);
    await capture(letterOf(id));
    expect(filed()).toEqual([]);
    expect(journal.entries.at(-1)).toEqual({
      event: "operation.messageLost",
      fields: { operationId: id, state: "freezing", why: "MaxDeliveryCountExceeded" },
    });
    clock.pass(3 * MINUTE_MS);
    await manage.resume(journal.log);
    expect(ticks).toEqual([`${id} 0`, `${id} 1`]);
  });

  test("is filed when it names no operation, or one that the ledger does not have", async () => {
    const { capture, filed, ledger } = aCapture();
    const none = "7d3c1b52-6c1f-4a57-9a43-0f6f3c6a1b11";
    const strays = [aDeadLetter({ queue: "license-operations" }), letterOf(none)];
    for (const letter of [...strays, ...strays]) await capture(letter);
    expect(filed()).toHaveLength(2);
    const found = await Promise.all(
      filed().map(({ rowKey }) => ledger.read(rowKey.slice(rowKey.indexOf("~") + 1))),
    );
    const parts = found.map((entry) => entry?.poison);
    expect(new Set(parts.map((part) => part?.latest.description))).toEqual(
      new Set([
        `It was on license-operations, where only the relay itself sends, and names operation ${none}, which the ledger does not have`,
        "It was on license-operations, where only the relay itself sends, and names no operation",
      ]),
    );
    expect(new Set(parts.map((part) => part?.original.brokerReason))).toEqual(
      new Set(["MaxDeliveryCountExceeded", "TTLExpiredException"]),
    );
    for (const part of parts)
      expect(part).toMatchObject({
        latest: { category: "invalid-message" },
        original: { bodyType: "data", deliveryCount: 11, properties: { team: "blue" } },
      });
  });

  test("waits while the ledger is away", async () => {
    const { start, capture, table, filed } = aCapture();
    const { id } = await start("replay", all);
    table.fail(1);
    await expect(capture(letterOf(id))).rejects.toThrow(LedgerError);
    expect(filed()).toEqual([]);
  });
});

describe("a discard and a restore", () => {
  test("archive and take out again, and publish it", async () => {
    const { file, start, goOn, published, poisonOf, ledger, replays } = aScene();
    await file("r1");
    const discard = await start("discard", { ...all, why: "not wanted" });
    expect(await goOn(discard.id)).toMatchObject({ state: "done", done: 1 });
    expect(await poisonOf("r1")).toMatchObject({
      state: "discarded",
      discarded: { by: "kim", why: "not wanted", operationId: discard.id },
    });
    const restore = await start("restore", all);
    expect(await goOn(restore.id)).toMatchObject({ state: "done", done: 1 });
    expect((await ledger.read("r1"))?.request?.status).toBe("refused");
    expect(published).toEqual(["r1 discarded", "r1 refused"]);
    expect(replays).toEqual([]);
  });

  test("skip what is not as it has to be", async () => {
    const { file, start, goOn, itemsOf, published } = aScene();
    await file("r1");
    const restore = await start("restore", { ids: ["r1"] });
    expect(await goOn(restore.id)).toMatchObject({ state: "done", done: 0, skipped: 1 });
    expect(await itemsOf(restore.id)).toEqual(["r1 skipped it is not discarded"]);
    expect(published).toEqual([]);
  });

  test("publish again what was archived before a crash", async () => {
    const { file, start, treat, published, journal } = aScene();
    await file("r1");
    const operation = await start("discard", all);
    const item = { key: "k", poisonId: "r1", lane: "l", state: "todo" } as const;
    await treat.start(operation, item, journal.log);
    expect(await treat.start(operation, item, journal.log)).toMatchObject({ state: "done" });
    expect(published).toEqual(["r1 discarded", "r1 discarded"]);
  });
});

describe("manage.start()", () => {
  test("notes who asked for what, and has it begun", async () => {
    const { start, operations, ticks, journal } = aScene();
    const operation = await start("replay", { ...all, force: true, ratePerSecond: 3 });
    expect(await operations.read(operation.id)).toEqual(operation);
    expect(operation).toMatchObject({
      kind: "replay",
      state: "freezing",
      selection: { category: "no-seats" },
      by: "kim",
      canary: false,
      force: true,
      ratePerSecond: 3,
      total: 0,
    });
    expect(ticks).toEqual([`${operation.id} 0`]);
    expect(journal.events()).toEqual(["operation.started"]);
  });

  test("never begins one later that could not be begun at once", async () => {
    const { start, operations, state, manage, ticks, clock, journal } = aScene();
    state.isQueueAway = true;
    await expect(start("replay", all)).rejects.toThrow("the broker cannot be reached");
    const [operation] = (await operations.list({ limit: 1 })).items;
    expect(operation).toMatchObject({ state: "cancelled", reason: "the queue was out of reach" });
    expect(operation?.endedAt).toBeDefined();
    state.isQueueAway = false;
    clock.pass(10 * MINUTE_MS);
    await manage.resume(journal.log);
    expect(ticks).toEqual([]);
  });
});

describe("manage.resume()", () => {
  test("wakes what has not moved for three minutes, once", async () => {
    const { start, manage, ticks, clock, journal } = aScene();
    const { id } = await start("replay", all);
    clock.pass(3 * MINUTE_MS - 1);
    await manage.resume(journal.log);
    expect(ticks).toEqual([`${id} 0`]);
    clock.pass(1);
    await manage.resume(journal.log);
    await manage.resume(journal.log);
    expect(ticks).toEqual([`${id} 0`, `${id} 1`]);
    expect(journal.entries.at(-1)).toEqual({ event: "operation.resumed", fields: { operationId: id } });
  });

  test("does not wake one whose message is tried again and again", async () => {
    const { file, start, goOn, manage, ticks, clock, journal, state } = aScene();
    await file("r1");
    const { id } = await start("replay", all);
    state.isQueueAway = true;
    for (let tries = 0; tries < 3; tries += 1) {
      clock.pass(2 * MINUTE_MS);
      await expect(goOn(id)).rejects.toThrow("the broker cannot be reached");
      state.isQueueAway = false;
      await manage.resume(journal.log);
      state.isQueueAway = true;
    }
    expect(ticks).toEqual([`${id} 0`]);
  });

  test("passes by one that cannot be read", async () => {
    const { start, manage, ticks, clock, journal, table } = aScene();
    const bad = await start("replay", all);
    await table.put({ partitionKey: `operation:${bad.id}`, rowKey: "operation", json: "?" });
    const { id } = await start("replay", all);
    clock.pass(3 * MINUTE_MS);
    await manage.resume(journal.log);
    expect(ticks.slice(-1)).toEqual([`${id} 1`]);
    expect(journal.entries.filter(({ event }) => event === "operation.unread")).toMatchObject([
      { fields: { operationId: bad.id } },
    ]);
    table.fail(1);
    await expect(manage.resume(journal.log)).rejects.toThrow(LedgerError);
  });

  test("passes by what has ended, and goes on to the next", async () => {
    const { start, goOn, manage, ticks, clock, journal, table } = aScene();
    const ended = await start("replay", all);
    await goOn(ended.id);
    // As a crash between two writes leaves it
    await table.put({ partitionKey: "active", rowKey: ended.id });
    const other = await start("replay", all);
    await table.put({ partitionKey: "active", rowKey: "gone" });
    clock.pass(3 * MINUTE_MS);
    await manage.resume(journal.log);
    expect(ticks.slice(-1)).toEqual([`${other.id} 1`]);
    expect(ticks).toHaveLength(3);
  });
});

describe("manage.cancel()", () => {
  test("says when there is no such operation, and leaves one that has ended", async () => {
    const { start, goOn, manage } = aScene();
    expect(await manage.cancel("none", "lee")).toBeUndefined();
    const { id } = await start("replay", all);
    const done = await goOn(id);
    expect(await manage.cancel(id, "lee")).toEqual(done);
  });
});

describe("makeOperations()", () => {
  test("removes an operation with its items and its place in the lists", async () => {
    const { file, start, goOn, operations, table } = aScene();
    await file("r1");
    const { id } = await start("replay", all);
    const done = await goOn(id);
    if (done === undefined) throw new Error("There is no operation");
    await operations.remove(done);
    expect(table.rows()).toEqual([]);
  });

  test("finds the active ones only", async () => {
    const { start, goOn, operations } = aScene();
    const { id } = await start("replay", all);
    expect(await operations.active()).toEqual([id]);
    await goOn(id);
    expect(await operations.active()).toEqual([]);
  });

  test("says so of a row that is not what was written", async () => {
    const { start, operations, table } = aScene();
    const { id } = await start("replay", all);
    await table.put({ partitionKey: `operation:${id}`, rowKey: "operation", json: "?" });
    await expect(operations.read(id)).rejects.toThrow(LedgerError);
  });
});
