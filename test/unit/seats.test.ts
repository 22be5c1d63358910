import { describe, expect, test } from "vitest";

import { makeSettle } from "../../shared/change/settle.ts";
import { beginRequest } from "../../shared/ledger/entry/begin.ts";
import { endRequest } from "../../shared/ledger/entry/end.ts";
import { intendResume, parkRequest } from "../../shared/ledger/entry/parked.ts";
import { makeLists } from "../../shared/ledger/lists.ts";
import type { OutcomeEvent } from "../../shared/message/event.ts";
import type { PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { makeSeats } from "../../shared/seats/seats.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aRequest, aSku, bytesOf, CUSTOMER, E3 } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";

const HOUR_MS = 60 * 60_000;
const OTHER_CUSTOMER = "99999999-9999-4999-8999-999999999999";

/** Requests that wait, and so many free seats. */
const aScene = (free: number) => {
  const clock = fakeClock();
  const { log, entries: logged } = logJournal();
  const store = aLedger();
  const { ledger, newest, lists, entries } = store;
  const poison: PoisonMessage[] = [];
  const events: OutcomeEvent[] = [];
  const resumed: string[] = [];
  const state = { free, reads: 0, isBrokerAway: false, unreadable: "" };
  const nowIso = (): string => new Date(clock.now()).toISOString();
  const seats = makeSeats({
    clock,
    ledger,
    lists: makeLists(lists, ledger),
    catalogs: {
      of: (customerId) => {
        state.reads += 1;
        if (customerId === state.unreadable)
          return Promise.resolve({
            kind: "notFound",
            status: 503,
            why: "answered 503",
            retryAfterMs: 0,
          });
        return Promise.resolve({ kind: "found", value: [aSku({ skuId: E3, availableUnits: state.free })] });
      },
    },
    getReader: () => Promise.resolve({ token: "t", requestId: "seats" }),
    newerThan: (about, acceptedAt) => newest.newerThan(about, acceptedAt),
    sendResume: ({ requestId }, body, number) => {
      if (state.isBrokerAway) return Promise.reject(new Error("Cannot send: the broker cannot be reached"));
      const hasBody = Buffer.from(body).toString("utf8").includes(requestId);
      return later(() => void resumed.push(`${requestId}~${number} ${hasBody}`));
    },
    settle: makeSettle({
      patiently: makePatiently(clock, { holdBudgetMs: 1000, backoffBaseMs: 100 }),
      sendPoison: (message) => later(() => void poison.push(message)),
      sendOutcome: (event) => later(() => void events.push(event)),
    }),
  });

  const requestOf = (requestId: string, user: string, customerId = CUSTOMER) =>
    aRequest({ requestId, customerId, userId: `${user}@contoso.com`, waitForSeats: "PT1H" });
  /** Accepted now, found no seat, and parked. */
  const park = async (requestId: string, user = requestId, customerId = CUSTOMER): Promise<void> => {
    clock.pass(1000);
    const request = requestOf(requestId, user, customerId);
    const until = new Date(clock.now() + HOUR_MS).toISOString();
    const outcome = {
      kind: "parked",
      cause: causeOf(400, 60_012),
      skuIds: [E3],
      until,
      attempts: 1,
    } as const;
    await ledger.change(requestId, (entry) => beginRequest(entry, request, nowIso(), "queue"));
    await ledger.change(requestId, (entry) => parkRequest(entry, outcome, bytesOf(request), nowIso(), []));
  };
  const statusOf = async (id: string) => (await ledger.read(id))?.request?.status;
  const run = (): Promise<void> => seats.resume(log);
  return {
    clock,
    ledger,
    entries,
    seats,
    state,
    poison,
    events,
    resumed,
    park,
    statusOf,
    run,
    requestOf,
    nowIso,
    log,
    logged,
  };
};

describe("makeSeats()", () => {
  test("sends on the others when one cannot be read", async () => {
    const { park, run, resumed, entries, logged, seats, log } = aScene(2);
    for (const id of ["a", "b"]) await park(id);
    await entries.put({ partitionKey: "a", rowKey: "entry", json0: Buffer.from("{}") });
    await run();
    expect(resumed).toEqual(["b~1 true"]);
    expect(logged).toMatchObject([
      { event: "ledger.passedOver", fields: { entries: 1, ids: "a" } },
      { event: "seats.checked", fields: { parked: 1, resumed: 1 } },
    ]);
    expect(await seats.missing(CUSTOMER, log)).toMatchObject([{ waiting: 1 }]);
  });

  test("sends on the oldest as far as the seats go, with the body as it came", async () => {
    const { park, run, resumed, statusOf, ledger, nowIso } = aScene(2);
    for (const id of ["a", "b", "c"]) await park(id);
    await run();
    expect(resumed).toEqual(["a~1 true", "b~1 true"]);
    expect((await ledger.read("b"))?.request?.parked?.resume).toEqual({ at: nowIso(), sentAt: nowIso() });
    expect(await statusOf("c")).toBe("parked");
    // On their way they hold their seats
    await run();
    expect(resumed).toHaveLength(2);
  });

  test("says in the log what became of those that waited", async () => {
    const { park, run, clock, logged } = aScene(1);
    await park("late");
    clock.pass(HOUR_MS - 1000);
    await park("older", "ana");
    await park("newer", "ana");
    await park("other");
    await run();
    expect(logged.at(-1)).toEqual({
      event: "seats.checked",
      fields: { parked: 4, resumed: 1, superseded: 1, refused: 1 },
    });
  });

  test("one customer whose seats cannot be read does not hold up another", async () => {
    const { park, run, resumed, state, logged } = aScene(1);
    await park("a", "ana", OTHER_CUSTOMER);
    await park("b");
    state.unreadable = OTHER_CUSTOMER;
    await run();
    expect(resumed).toEqual(["b~1 true"]);
    expect(logged).toContainEqual({
      event: "step.held",
      fields: {
        what: `seats of ${OTHER_CUSTOMER}`,
        why: expect.stringContaining("answered 503") as unknown,
        waitMs: 0,
      },
    });
  });

  test("reads the seats of a customer once, however many wait, and not at all when nobody does", async () => {
    const { park, run, state } = aScene(0);
    await run();
    expect(state.reads).toBe(0);
    for (const id of ["a", "b", "c"]) await park(id);
    await run();
    expect(state.reads).toBe(1);
  });

  test("refuses what has waited for its whole time: poison with the body, and the ticket is told", async () => {
    const { park, run, clock, poison, events, statusOf } = aScene(0);
    await park("a");
    clock.pass(HOUR_MS + 1);
    await run();
    expect(await statusOf("a")).toBe("refused");
    expect(poison).toMatchObject([{ subject: "no-seats", properties: { RequestId: "a", Code: 60_012 } }]);
    expect(Buffer.from(poison[0]?.body ?? []).toString("utf8")).toContain('"waitForSeats":"PT1H"');
    expect(events).toMatchObject([{ type: "com.license-relay.update.refused" }]);
    await run();
    expect(poison).toHaveLength(1);
  });

  test("a newer one that waits for the same user and license makes the older pointless", async () => {
    const { park, run, resumed, statusOf, events } = aScene(5);
    await park("older", "ana");
    await park("newer", "Ana");
    await run();
    expect([await statusOf("older"), resumed]).toEqual(["discarded", ["newer~1 true"]]);
    expect(events).toMatchObject([
      { data: { outcome: "discarded", why: expect.stringContaining('"newer"') as unknown } },
    ]);
  });

  test("so does a newer one that was applied", async () => {
    const { park, run, resumed, statusOf, ledger, requestOf, clock, nowIso } = aScene(5);
    await park("older", "ana");
    clock.pass(1000);
    const newer = requestOf("newer", "ana");
    await ledger.change("newer", (entry) => beginRequest(entry, newer, nowIso(), "queue"));
    const applied = { kind: "applied", alreadySo: false, warnings: [], skuIds: [E3], attempts: 1 } as const;
    await ledger.change("newer", (entry) => endRequest(entry, applied, nowIso()));
    await run();
    expect([await statusOf("older"), resumed]).toEqual(["discarded", []]);
  });

  test("sends again, under the same number, what was noted and not sent before a crash", async () => {
    const { park, run, resumed, state, ledger, nowIso } = aScene(1);
    await park("a");
    state.isBrokerAway = true;
    await run();
    expect(resumed).toEqual([]);
    expect(intendResume(await ledger.read("a"), nowIso())).toMatchObject({ kind: "send", number: 1 });
    state.isBrokerAway = false;
    await run();
    expect(resumed).toEqual(["a~1 true"]);
  });

  test("sends and captures the request itself when its body is lost", async () => {
    const { park, run, resumed, poison, clock, entries } = aScene(1);
    await park("late");
    clock.pass(HOUR_MS);
    await park("a");
    for (const id of ["late", "a"]) await entries.remove(id, "body");
    await run();
    expect(resumed).toEqual(["a~1 true"]);
    expect(Buffer.from(poison[0]?.body ?? []).toString("utf8")).toContain('"requestId":"late"');
  });

  test("says how many seats are missing", async () => {
    const { park, seats, log } = aScene(1);
    for (const id of ["a", "b", "c"]) await park(id);
    expect(await seats.missing(CUSTOMER, log)).toMatchObject([
      { skuId: E3, skuPartNumber: "SPE_E3", waiting: 3, available: 1, missing: 2 },
    ]);
    expect((await seats.missing(undefined, log))[0]).not.toHaveProperty("missing");
  });
});
