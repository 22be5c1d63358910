import { describe, expect, test } from "vitest";

import { GivenBack, makeApply } from "../../shared/change/apply.ts";
import { makeCapture } from "../../shared/change/capture.ts";
import { makeRecorder } from "../../shared/change/recorder.ts";
import { makeSettle } from "../../shared/change/settle.ts";
import type { Update, UpdateContext } from "../../shared/change/update.ts";
import type { OutcomeEvent } from "../../shared/message/event.ts";
import type { PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import type { Outcome } from "../../shared/outcome/outcome.ts";
import { makeFilePoison } from "../../shared/poison/file.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aBody, aDelivery, bytesOf, CUSTOMER, E5, ids } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { later } from "../support/later.ts";
import { logJournal } from "../support/logJournal.ts";

const applied: Outcome = { kind: "applied", alreadySo: false, status: 201, warnings: [], attempts: 1, ids };
const refused: Outcome = {
  kind: "refused",
  cause: causeOf(400, 60012),
  status: 400,
  code: 60012,
  description: "No seats",
  attempts: 2,
  ids,
};
const notNow = {
  kind: "notNow",
  category: "throttled",
  why: "Partner Center answered 429",
  attempts: 3,
} as const;

interface Failures {
  readonly poisonFailures?: number;
  readonly outcomeFailures?: number;
}

/** The flow with updates that end as told, one after the other, and a broker that fails the first sends of each kind. */
const aFlow = (outcomes: Outcome | Outcome[], { poisonFailures = 0, outcomeFailures = 0 }: Failures = {}) => {
  const clock = fakeClock();
  const journal = logJournal();
  const poison: PoisonMessage[] = [];
  const events: OutcomeEvent[] = [];
  const calls: UpdateContext[] = [];
  const failing = <T>(list: T[], failures: number) => {
    let left = failures;
    return (message: T): Promise<void> => {
      left -= 1;
      if (left >= 0) return Promise.reject(new Error("Cannot send: the broker cannot be reached"));
      return later(() => void list.push(message));
    };
  };
  const patiently = makePatiently(clock, { holdBudgetMs: 10_000, backoffBaseMs: 1000 });
  const store = aLedger();
  const { ledger, newest } = store;
  const record = makeRecorder({
    ledger,
    newerThan: (about, acceptedAt) => newest.newerThan(about, acceptedAt),
    proofDelayMs: 0,
    clock,
    patiently,
  });
  const settle = makeSettle({
    patiently,
    sendPoison: failing(poison, poisonFailures),
    sendOutcome: failing(events, outcomeFailures),
  });
  const list = Array.isArray(outcomes) ? outcomes : [outcomes];
  const update: Update = (_request, context) => {
    calls.push(context);
    const outcome = list[Math.min(calls.length, list.length) - 1];
    return outcome === undefined ? Promise.reject(new Error("no outcome")) : Promise.resolve(outcome);
  };
  const apply = makeApply({ clock, record, update, settle, report: () => undefined });
  const capture = makeCapture({ clock, record, settle });
  const file = makeFilePoison({ clock, ledger, patiently });
  const { log } = journal;
  return { apply, capture, file, poison, events, calls, clock, store, ledger, journal, log };
};

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("utf8");

describe("makeApply()", () => {
  test("tells of an applied request, and captures nothing", async () => {
    const { apply, poison, events, log } = aFlow(applied);
    await apply(aDelivery(), log);
    expect(poison).toEqual([]);
    expect(events).toMatchObject([
      {
        type: "com.license-relay.update.applied",
        subject: "request-1",
        data: { outcome: "applied", status: 201 },
      },
    ]);
  });

  test("captures a refusal with the body as it came and the reason in properties", async () => {
    const { apply, poison, events, log } = aFlow(refused);
    const body = Buffer.from(` ${text(aDelivery().body)}\n`);
    await apply(aDelivery({ body }), log);
    expect(text(poison[0]?.body)).toBe(text(body));
    expect(poison[0]).toMatchObject({
      subject: "no-seats",
      correlationId: "request-1",
      properties: {
        DeadLetterReason: "no-seats",
        DeadLetterErrorDescription: "No seats",
        Category: "no-seats",
        Owner: "partner admin",
        Remedy: "Buy seats or free one, then replay",
        Status: 400,
        Code: 60012,
        Attempts: 2,
        RequestId: "request-1",
        CustomerId: CUSTOMER,
        MsRequestId: ids.msRequestId,
        DeliveryCount: 1,
      },
    });
    expect(events).toMatchObject([
      { type: "com.license-relay.update.refused", data: { category: "no-seats" } },
    ]);
  });

  test("captures the same message under the same ids when it comes again after a crash", async () => {
    const { apply, poison, events, log } = aFlow(refused);
    await apply(aDelivery(), log);
    await apply(aDelivery({ deliveryCount: 2 }), log);
    expect(new Set(poison.map(({ messageId }) => messageId)).size).toBe(1);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
  });

  test("finishes a redelivered message that the ledger says is applied without a second call", async () => {
    const { apply, calls, events, log, journal } = aFlow(applied);
    await apply(aDelivery(), log);
    await apply(aDelivery({ deliveryCount: 2 }), log);
    expect(calls).toHaveLength(1);
    expect(journal.events()).toEqual(["update.applied", "update.repeated", "update.applied"]);
    expect(events.map(({ type }) => type)).toEqual(Array(2).fill("com.license-relay.update.applied"));
  });

  test("reads the licenses first when the ledger says that it was begun before", async () => {
    const { apply, calls, log } = aFlow([notNow, applied]);
    await expect(apply(aDelivery(), log)).rejects.toThrow(GivenBack);
    await apply(aDelivery({ deliveryCount: 2 }), log);
    expect(calls.map(({ readBackFirst }) => readBackFirst)).toEqual([false, true]);
  });

  test("calls nothing while the ledger is out of reach, and gives the message back in the end", async () => {
    const { apply, calls, clock, store, log } = aFlow(applied);
    store.entries.fail(1000);
    await expect(apply(aDelivery(), log)).rejects.toThrow("Cannot use the ledger");
    expect(calls).toEqual([]);
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBe(10_000);
  });

  test("captures another body under a requestId that is taken, and leaves the request alone", async () => {
    const { apply, poison, events, ledger, log } = aFlow(applied);
    await apply(aDelivery(), log);
    await apply(aDelivery({ body: bytesOf(aBody({ licensesToAssign: [{ skuId: E5 }] })) }), log);
    expect(poison).toMatchObject([{ subject: "request-id-reused" }]);
    expect(events).toHaveLength(1);
    expect((await ledger.read("request-1"))?.request?.status).toBe("applied");
  });

  test("keeps every step in the ledger", async () => {
    const { apply, ledger, log } = aFlow([notNow, refused]);
    await expect(apply(aDelivery(), log)).rejects.toThrow(GivenBack);
    await apply(aDelivery(), log);
    expect(await ledger.history("request-1")).toMatchObject([
      { event: "accepted", run: 0, by: "queue" },
      { event: "applying" },
      { event: "applying" },
      { event: "refused", status: 400, code: 60012, attempts: 2, partnerCenter: ids },
    ]);
  });

  test("refuses a broken message with everything that is wrong, body byte for byte", async () => {
    const { apply, poison, events, log } = aFlow(applied);
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    await apply(aDelivery({ body }), log);
    expect(poison[0]?.body).toEqual(body);
    expect(poison[0]?.properties).toMatchObject({
      Category: "invalid-message",
      DeadLetterErrorDescription: "the body is not UTF-8 text",
      OriginalMessageId: "request-1",
    });
    expect(events).toEqual([]);
  });

  test("gives the message back when it is not the time", async () => {
    const { apply, poison, events, log, journal } = aFlow(notNow);
    await expect(apply(aDelivery(), log)).rejects.toThrow(GivenBack);
    expect([poison, events]).toEqual([[], []]);
    const { category, why } = notNow;
    expect(journal.entries).toEqual([
      { event: "update.givenBack", fields: { requestId: "request-1", category, why, deliveryCount: 1 } },
    ]);
  });

  test("waits for the poison queue in place", async () => {
    const { apply, poison, clock, log } = aFlow(refused, { poisonFailures: 3 });
    await apply(aDelivery(), log);
    expect(poison).toHaveLength(1);
    expect(clock.waits).toEqual([1000, 2000, 4000]);
  });

  test("gives the message back when the outcome cannot be told", async () => {
    const { apply, clock, log } = aFlow(applied, { outcomeFailures: 1000 });
    await expect(apply(aDelivery(), log)).rejects.toThrow("Cannot send");
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBe(10_000);
  });
});

describe("makeCapture()", () => {
  const deadLetter = aDelivery({
    deliveryCount: 11,
    deadLetterReason: "MaxDeliveryCountExceeded",
    deadLetterDescription: "Message could not be consumed after 10 delivery attempts.",
  });

  test("gives a dead letter the shape of a refusal, with the broker's reason", async () => {
    const { capture, poison, events, log } = aFlow(applied);
    await capture(deadLetter, log);
    expect(poison[0]?.properties).toMatchObject({
      Category: "retries-exhausted",
      RequestId: "request-1",
      BrokerReason: "MaxDeliveryCountExceeded",
      DeadLetterErrorDescription: "Message could not be consumed after 10 delivery attempts.",
    });
    expect(events).toMatchObject([{ data: { outcome: "refused", category: "retries-exhausted" } }]);
  });

  test("takes any body", async () => {
    const { capture, poison, log } = aFlow(applied);
    await capture({ ...deadLetter, body: Buffer.from([0xff, 0xfe]) }, log);
    expect(poison[0]?.body).toEqual(Buffer.from([0xff, 0xfe]));
  });

  test("waits in place while the poison queue is out of reach, then gives the message back", async () => {
    const { capture, clock, log } = aFlow(applied, { poisonFailures: 1000 });
    await expect(capture(deadLetter, log)).rejects.toThrow("Cannot send");
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBe(10_000);
  });
});
