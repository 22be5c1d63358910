import { describe, expect, test } from "vitest";

import { makeAccept } from "../../shared/change/accept.ts";
import { makeApply } from "../../shared/change/apply.ts";
import { makeCapture } from "../../shared/change/capture.ts";
import { makeRecorder } from "../../shared/change/recorder.ts";
import { makeSettle } from "../../shared/change/settle.ts";
import { makeSubmit } from "../../shared/change/submit.ts";
import type { UpdateContext } from "../../shared/change/update.ts";
import { intendResume } from "../../shared/ledger/entry/parked.ts";
import { filePoison, intendReplay, markSent } from "../../shared/ledger/entry/poison.ts";
import type { OutcomeEvent } from "../../shared/message/event.ts";
import type { PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import type { Outcome } from "../../shared/outcome/outcome.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aBody, aDelivery, aFailure, aRequest, bytesOf, CUSTOMER, E3, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";

const HOUR_MS = 60 * 60_000;
const noSeats = causeOf(400, 60_012);
const applied: Outcome = {
  kind: "applied",
  alreadySo: false,
  status: 201,
  warnings: [{ code: "w", message: "m", servicePlans: [] }],
  attempts: 2,
  ids,
};
const refused: Outcome = {
  kind: "refused",
  cause: noSeats,
  status: 400,
  code: 60_012,
  description: "No seats",
  attempts: 1,
  ids,
};
const pace = { partnerCallsPerSecond: 8, customersSlowed: 0, waiting: 0, calls: 1, throttled: 0 };
const superseded: Outcome = { kind: "superseded", newerRequestId: "request-2" };

/** Requests on their way, with updates that end as told, the last for ever. */
const aFlow = (
  outcomes: readonly Outcome[] = [applied],
  seen?: (context: UpdateContext) => Promise<void>,
) => {
  const clock = fakeClock();
  const journal = logJournal();
  const store = aLedger();
  const { ledger, newest } = store;
  const poison: PoisonMessage[] = [];
  const events: OutcomeEvent[] = [];
  const queued: string[] = [];
  const contexts: UpdateContext[] = [];
  const state = { isQueueAway: false };
  const patiently = makePatiently(clock, { holdBudgetMs: 1000, backoffBaseMs: 100 });
  const record = makeRecorder({
    ledger,
    newerThan: (about, acceptedAt) => newest.newerThan(about, acceptedAt),
    proofDelayMs: HOUR_MS,
    clock,
    patiently,
  });
  const settle = makeSettle({
    patiently,
    // The broker's word comes a moment later
    sendPoison: (message) => later(() => void poison.push(message)),
    sendOutcome: (event) => later(() => void events.push(event)),
  });
  const accept = makeAccept({
    clock,
    ledger,
    lanesPerCustomer: 1,
    enqueue: ({ requestId }) => {
      if (state.isQueueAway) return Promise.reject(new Error("the broker is away"));
      return later(() => void queued.push(requestId));
    },
  });
  const apply = makeApply({
    clock,
    record,
    settle,
    report: (log) => log("pace.state", pace),
    update: async (_request, context) => {
      contexts.push(context);
      await seen?.(context);
      const outcome = outcomes[Math.min(contexts.length, outcomes.length) - 1];
      if (outcome === undefined) throw new Error("no outcome");
      return outcome;
    },
  });
  const { log } = journal;
  const submit = makeSubmit(accept);
  const capture = makeCapture({ clock, record, settle });
  const deliver = (fields: Readonly<Record<string, unknown>> = {}) =>
    apply(aDelivery({ body: bytesOf(aBody(fields)) }), log);
  const deliverAs = (messageId: string) => apply(aDelivery({ messageId }), log);
  return {
    clock,
    journal,
    log,
    store,
    ledger,
    poison,
    events,
    queued,
    contexts,
    state,
    accept,
    submit,
    capture,
    deliver,
    deliverAs,
    settle,
    record,
    statusOf: async (id = "request-1") => (await ledger.read(id))?.request?.status,
    eventsOf: async (id = "request-1") => (await ledger.history(id)).map(({ event }) => event),
    fieldsOf: (event: string) => journal.entries.find((entry) => entry.event === event)?.fields,
  };
};

describe("makeAccept()", () => {
  test("notes a request before it is queued, with who brought it", async () => {
    const { accept, queued, ledger, log, fieldsOf } = aFlow();
    expect(await accept(aRequest(), "http", log)).toEqual({
      kind: "accepted",
      request: aRequest(),
      status: "accepted",
    });
    expect(queued).toEqual(["request-1"]);
    expect(await ledger.history("request-1")).toMatchObject([{ event: "accepted", by: "http" }]);
    expect(fieldsOf("request.accepted")).toMatchObject({ requestId: "request-1", customerId: CUSTOMER });
  });

  test("queues again what is only accepted, and answers what has gone further", async () => {
    const { accept, queued, log, deliver } = aFlow();
    await accept(aRequest(), "http", log);
    await accept(aRequest(), "http", log);
    expect(queued).toHaveLength(2);
    await deliver();
    expect(await accept(aRequest(), "http", log)).toMatchObject({ kind: "accepted", status: "applied" });
    expect(queued).toHaveLength(2);
  });

  test("takes no other request under the same id", async () => {
    const { accept, queued, log } = aFlow();
    await accept(aRequest(), "http", log);
    expect(await accept(aRequest({ requestedBy: "ana" }), "http", log)).toMatchObject({ kind: "reused" });
    expect(queued).toHaveLength(1);
  });

  test("says what is out of reach", async () => {
    const { accept, state, log, store, fieldsOf, queued } = aFlow();
    state.isQueueAway = true;
    expect(await accept(aRequest(), "http", log)).toEqual({ kind: "outOfReach", what: "queue" });
    expect(fieldsOf("request.notQueued")).toEqual({
      requestId: "request-1",
      what: "queue",
      why: "the broker is away",
    });
    store.entries.fail(1);
    state.isQueueAway = false;
    expect(await accept(aRequest(), "http", log)).toEqual({ kind: "outOfReach", what: "ledger" });
    expect(queued).toEqual([]);
  });
});

describe("makeSubmit()", () => {
  const submitted = async (body: unknown, key?: string) => {
    const { submit, log } = aFlow();
    const result = await submit(bytesOf(body), key, log);
    return result.kind === "accepted" ? result.request.requestId : result.kind;
  };
  const withoutId = aBody({ requestId: undefined });

  test("keeps the id that a request has, and takes the caller's key where it has none", async () => {
    expect(await submitted(aBody(), "key-1")).toBe("request-1");
    expect(await submitted(withoutId, "key-1")).toBe("key-1");
    expect(await submitted(withoutId, ' "key-1" ')).toBe("key-1");
    expect(await submitted(withoutId)).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([[[]], ["text"], [null], [{ ...withoutId, userId: "?" }]])(
    "says what is wrong with %j",
    async (body) => {
      expect(await submitted(body, "key-1")).toBe("invalid");
    },
  );
});

describe("an end that is told", () => {
  test("has the numbers of the call in the log", async () => {
    const { deliver, fieldsOf } = aFlow();
    await deliver();
    expect(fieldsOf("update.applied")).toEqual({
      requestId: "request-1",
      customerId: CUSTOMER,
      status: 201,
      alreadySo: false,
      warnings: 1,
      attempts: 2,
      msRequestId: ids.msRequestId,
    });
  });

  test("says of a refusal whose it is and what to do, in the log too", async () => {
    const { deliver, fieldsOf, poison } = aFlow([refused]);
    await deliver();
    expect(poison).toHaveLength(1);
    expect(fieldsOf("update.refused")).toMatchObject({
      requestId: "request-1",
      category: "no-seats",
      owner: noSeats.owner,
      status: 400,
      code: 60_012,
      attempts: 1,
      remedy: noSeats.remedy,
    });
  });

  test("is told before the message is done with", async () => {
    const { deliver, events } = aFlow();
    await deliver();
    expect(events).toHaveLength(1);
  });

  test("is told again only once the entry is found by its status again", async () => {
    const { deliver, events, store } = aFlow();
    await deliver();
    const places = () => store.lists.rows().map(({ partitionKey }) => partitionKey);
    const before = places().toSorted();
    for (const { partitionKey, rowKey } of store.lists.rows()) await store.lists.remove(partitionKey, rowKey);
    store.lists.fail(1000);
    await expect(deliver()).rejects.toThrow("Cannot use the ledger");
    expect(events).toHaveLength(1);
    store.lists.fail(0);
    await deliver();
    expect(events).toHaveLength(2);
    expect(places().toSorted()).toEqual(before);
  });

  test("is looked for after the delay", async () => {
    const { deliver, ledger, clock } = aFlow();
    await deliver();
    const dueAt = new Date(clock.now() + HOUR_MS).toISOString();
    expect((await ledger.read("request-1"))?.request?.proof).toEqual({ dueAt });
  });

  test("is told of a parked request, as poison of none", async () => {
    const until = new Date(fakeClock().now() + HOUR_MS).toISOString();
    const parked: Outcome = { kind: "parked", cause: noSeats, skuIds: [E3], until, attempts: 1 };
    const { deliver, events, poison, fieldsOf, statusOf, ledger } = aFlow([parked]);
    await deliver({ waitForSeats: "PT1H" });
    expect(events).toMatchObject([{ data: { outcome: "parked", until } }]);
    expect(await statusOf()).toBe("parked");
    expect(poison).toEqual([]);
    expect(fieldsOf("update.parked")).toEqual({
      requestId: "request-1",
      customerId: CUSTOMER,
      skuIds: E3,
      until,
    });
    expect(Buffer.from((await ledger.body("request-1")) ?? [])).toEqual(
      Buffer.from(bytesOf(aBody({ waitForSeats: "PT1H" }))),
    );
    // Delivered again after a crash
    await deliver({ waitForSeats: "PT1H" });
    expect([events.length, poison]).toEqual([2, []]);
  });
});

describe("a request that waited for seats", () => {
  const until = new Date(fakeClock().now() + HOUR_MS).toISOString();
  const parked: Outcome = { kind: "parked", cause: noSeats, skuIds: [E3], until, attempts: 1 };
  const resumed = async (afterMs = 1000, outcome: Outcome = superseded) => {
    const flow = aFlow([parked, outcome]);
    await flow.deliver({ waitForSeats: "PT1H" });
    flow.clock.pass(afterMs);
    const at = new Date(flow.clock.now()).toISOString();
    await flow.ledger.change("request-1", (entry) => intendResume(entry, at));
    await flow.deliver({ waitForSeats: "PT1H" });
    return flow;
  };

  test("is not told of again when others were faster", async () => {
    const { events, ledger } = await resumed(1000, parked);
    expect(events).toHaveLength(1);
    expect((await ledger.read("request-1"))?.request?.parked?.times).toBe(2);
  });

  test("is discarded for a newer one, and the ticket is told", async () => {
    const { statusOf, events, fieldsOf } = await resumed();
    expect(events).toMatchObject([{ data: { outcome: "parked" } }, { data: { outcome: "discarded" } }]);
    expect(await statusOf()).toBe("discarded");
    expect(fieldsOf("update.discarded")).toMatchObject({ requestId: "request-1", by: "license-relay" });
  });

  test("looks for newer ones, and waits no longer than it was to from the start", async () => {
    const { contexts } = await resumed();
    expect(contexts[1]?.newerThan).toBeDefined();
    expect(contexts[1]?.seatsUntil).toBe(until);
  });

  test("is applied or refused once its time is over", async () => {
    expect((await resumed(HOUR_MS - 1)).contexts[1]).toHaveProperty("seatsUntil");
    expect((await resumed(HOUR_MS)).contexts[1]).not.toHaveProperty("seatsUntil");
  });
});

describe("a message that is no request", () => {
  test("is captured before it is done with, and the log has why", async () => {
    const { capture, poison, log, fieldsOf } = aFlow();
    await capture(aDelivery({ body: bytesOf("none"), deadLetterReason: "TTLExpiredException" }), log);
    expect(poison).toMatchObject([{ subject: "expired" }]);
    expect(fieldsOf("poison.captured")).toMatchObject({
      category: "expired",
      brokerReason: "TTLExpiredException",
    });
    expect(fieldsOf("update.refused")).toMatchObject({ category: "expired", attempts: 0 });
  });

  test("closes its poison message once it is sent again as a request", async () => {
    const id = "~0f8fad5b-d9cb-469f-a165-70867728950e";
    const states: (string | undefined)[] = [];
    const { ledger, clock, contexts, deliverAs } = aFlow([applied], async () => {
      states.push((await ledger.read(id))?.poison?.state);
    });
    const at = new Date(clock.now()).toISOString();
    await ledger.change(id, (entry) => filePoison(entry, aFailure({ id }), at));
    await deliverAs(`${id}~1`);
    expect(states).toEqual(["closed"]);
    expect(contexts[0]?.messageId).toBe(`${id}~1`);
  });
});

test("settle.published() has nothing to tell of what has not ended", async () => {
  const { accept, ledger, settle, events, journal, log } = aFlow();
  await accept(aRequest(), "http", log);
  await ledger.change("~m", (entry) => filePoison(entry, aFailure({ id: "~m" }), "2026-01-01T00:00:00.000Z"));
  const before = journal.entries.length;
  for (const id of ["request-1", "~m"]) {
    const entry = await ledger.read(id);
    if (entry === undefined) throw new Error("There is no entry");
    await settle.published(entry, log);
  }
  expect([events, journal.entries.length]).toEqual([[], before]);
});

describe("a dead letter", () => {
  test("of a request that nobody has noted is noted with every step in its place", async () => {
    const { capture, ledger, log, eventsOf, statusOf } = aFlow();
    await capture(aDelivery({ deadLetterReason: "MaxDeliveryCountExceeded" }), log);
    expect(await statusOf()).toBe("refused");
    expect(await eventsOf()).toEqual(["accepted", "refused"]);
    expect((await ledger.read("request-1"))?.steps).toBe(2);
  });
});

describe("what an update is told", () => {
  test("waits for seats as long as the request says, from now", async () => {
    const { deliver, contexts, clock } = aFlow();
    await deliver({ waitForSeats: "PT1H" });
    await deliver({ requestId: "request-2" });
    expect(contexts.map(({ seatsUntil }) => seatsUntil)).toEqual([
      new Date(clock.now() + HOUR_MS).toISOString(),
      undefined,
    ]);
    expect(contexts[1]).not.toHaveProperty("seatsUntil");
  });

  test("its waits are noted, and those that cannot be noted at once are noted with the end", async () => {
    const { deliver, ledger, fieldsOf, store, statusOf } = aFlow([applied], async ({ onWait }) => {
      store.entries.fail(1);
      await onWait({ category: "throttled", why: "429", attempts: 1, ids }, 5000);
    });
    await deliver();
    expect(fieldsOf("ledger.failed")).toMatchObject({ requestId: "request-1" });
    expect(await ledger.history("request-1")).toMatchObject([
      { event: "accepted" },
      { event: "applying" },
      { event: "waiting", category: "throttled", why: "429", partnerCenter: ids },
      { event: "applied" },
    ]);
    expect(await statusOf()).toBe("applied");
  });

  test("the pace is reported after it", async () => {
    const { deliver, fieldsOf } = aFlow();
    await deliver();
    expect(fieldsOf("pace.state")).toEqual(pace);
  });

  test("the first delivery of a request is not held against newer ones", async () => {
    const { deliver, contexts } = aFlow();
    await deliver();
    expect(contexts[0]).not.toHaveProperty("newerThan");
  });
});

describe("a replay", () => {
  const replayed = async (outcome: Outcome, force = false) => {
    const flow = aFlow([refused, outcome]);
    const { deliver, ledger, clock } = flow;
    await deliver({ waitForSeats: "PT1H" });
    const at = new Date(clock.now()).toISOString();
    await ledger.change("request-1", (entry) => filePoison(entry, aFailure(), at));
    await ledger.change("request-1", (entry) =>
      intendReplay(entry, { operationId: "op", by: "kim", force, at }),
    );
    await ledger.change("request-1", (entry) => markSent(entry, "op", at));
    flow.events.length = 0;
    await deliver({ waitForSeats: "PT1H" });
    return flow;
  };

  test("is skipped for a newer request: it stays poison, and nobody is told", async () => {
    const { ledger, events, statusOf, fieldsOf } = await replayed(superseded);
    expect((await ledger.read("request-1"))?.poison).toMatchObject({
      state: "open",
      skipped: { newerRequestId: "request-2" },
    });
    expect([await statusOf(), events]).toEqual(["refused", []]);
    expect(fieldsOf("update.skipped")).toEqual({ requestId: "request-1", newerRequestId: "request-2" });
  });

  test("closes its poison message when it is applied", async () => {
    const { ledger, events } = await replayed(applied);
    expect((await ledger.read("request-1"))?.poison?.state).toBe("closed");
    expect(events).toMatchObject([{ data: { outcome: "applied", replays: 1 } }]);
  });

  test("looks for newer requests unless it is forced, and never waits for seats", async () => {
    const gentle = (await replayed(applied)).contexts[1];
    expect(gentle?.newerThan).toBeDefined();
    expect(gentle).not.toHaveProperty("seatsUntil");
    expect((await replayed(applied, true)).contexts[1]).not.toHaveProperty("newerThan");
  });
});
