import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createDeliverer, type Deliverer } from "../../local/host/deliver.ts";
import { keepLock } from "../../local/host/keepLock.ts";
import { createOutage, nextPauseMs } from "../../local/host/outage.ts";
import { createSlots } from "../../local/host/slots.ts";
import { createWork } from "../../local/host/work.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const aMessage = (lockedUntilMs?: number): ServiceBusReceivedMessage => ({
  body: "",
  messageId: "m-1",
  state: "active",
  _rawAmqpMessage: { body: "" },
  ...(lockedUntilMs === undefined ? {} : { lockedUntilUtc: new Date(lockedUntilMs) }),
});

const deferred = () => Promise.withResolvers<void>();

test("createWork() tells when all is done, and when that takes too long", async () => {
  const work = createWork();
  const { promise, resolve } = deferred();
  const task = work.run(() => promise);

  const tooSoon = work.drained(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await tooSoon).toBe(false);

  const inTime = work.drained(1_000);
  resolve();
  await task;
  expect(await inTime).toBe(true);
  expect(work.count()).toBe(0);
});

test("createSlots() hands a freed place to who waits longest, and to nobody who gave up", async () => {
  const slots = createSlots(1);
  const giveUp = new AbortController();
  const stay = new AbortController();
  expect(await slots.take(stay.signal)).toBe(true);

  const first = slots.take(giveUp.signal);
  const second = slots.take(stay.signal);
  giveUp.abort();
  slots.free();

  expect(await first).toBe(false);
  expect(await second).toBe(true);
});

const aDeliverer = (
  call: () => Promise<unknown>,
  autoComplete = true,
): { deliverer: Deliverer; told: string[] } => {
  const told: string[] = [];
  const log = (level: string, _category: string, message: string): number => told.push(`${level} ${message}`);
  const options = { functionName: "f", autoComplete, call, work: createWork(), log };
  return { deliverer: createDeliverer(options), told };
};

const aSettler = () => {
  const ends: string[] = [];
  const settle = (end: string) => (): Promise<void> => {
    ends.push(end);
    return Promise.resolve();
  };
  return { ends, settler: { completeMessage: settle("complete"), abandonMessage: settle("abandon") } };
};

test.each([
  ["resolves", true, ["complete"]],
  ["resolves, and completes by itself", false, []],
] as const)("createDeliverer() when the function %s", async (_, autoComplete, expected) => {
  const { ends, settler } = aSettler();

  await aDeliverer(() => Promise.resolve("ignored"), autoComplete).deliverer.deliver(aMessage(), settler);

  expect(ends).toEqual(expected);
});

test("createDeliverer() gives a message back at once when the function rejects, whatever autoComplete says", async () => {
  const { ends, settler } = aSettler();

  await aDeliverer(() => Promise.reject(new Error("no")), false).deliverer.deliver(aMessage(), settler);

  expect(ends).toEqual(["abandon"]);
});

test("createDeliverer() gives back what is not done, and does not settle it again", async () => {
  const { promise, resolve } = deferred();
  const { deliverer } = aDeliverer(() => promise);
  const { ends, settler } = aSettler();
  const delivery = deliverer.deliver(aMessage(), settler);

  await deliverer.giveBackAll();
  resolve();
  await delivery;

  expect(ends).toEqual(["abandon"]);
});

test("createDeliverer() logs a lock that was lost, and goes on", async () => {
  const { deliverer, told } = aDeliverer(() => Promise.resolve());
  const lost = (): Promise<never> => Promise.reject(new Error("lock lost"));

  await deliverer.deliver(aMessage(), { completeMessage: lost, abandonMessage: lost });

  expect(told).toEqual(['warning Cannot complete message "m-1": Error: lock lost; it comes again']);
});

test("keepLock() renews at half of the rest, until the limit", async () => {
  const startMs = Date.now();
  const renewedAtMs: number[] = [];
  const renewer = {
    renewMessageLock: () => {
      renewedAtMs.push(Date.now() - startMs);
      return Promise.resolve(new Date(Date.now() + 60_000));
    },
  };

  keepLock(renewer, aMessage(startMs + 60_000), 120_000, () => undefined);
  await vi.advanceTimersByTimeAsync(600_000);

  expect(renewedAtMs).toEqual([30_000, 60_000]);
  expect(vi.getTimerCount()).toBe(0);
});

test("keepLock() stops when it is told to, and tells when a lock is lost", async () => {
  let lost = 0;
  const renewer = { renewMessageLock: () => Promise.reject(new Error("lock lost")) };
  const keep = (): (() => void) =>
    keepLock(renewer, aMessage(Date.now() + 60_000), 600_000, () => (lost += 1));

  keep()();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(lost).toBe(0);

  keep();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(lost).toBe(1);
});

test("createOutage() tells of each kind of trouble once, and when it is over", () => {
  const told: string[] = [];
  const outage = createOutage("q", "f", (level, _category, message) => told.push(`${level} ${message}`));
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

  outage.worked();
  outage.failed(refused);
  outage.failed(refused);
  outage.worked();
  outage.failed(refused);

  const warning = 'warning Cannot receive from "q": Error: refused; trying again';
  expect(told).toEqual([warning, 'information Receives from "q" again', warning]);
});

test("nextPauseMs() doubles up to a bound", () => {
  expect([0, 1, 2, 3, 50].map(nextPauseMs)).toEqual([200, 400, 800, 1_600, 5_000]);
});
