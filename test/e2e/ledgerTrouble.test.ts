import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({ settings: { HOLD_BUDGET_SECONDS: "2" } });
}, 60_000);
afterAll(() => relay.close());
beforeEach(() => {
  relay.storage.faults.clear();
  relay.partnerCenter.reset();
});

const request = (requestId: string, skuId: string = skus.e3) => ({
  requestId,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [{ skuId }],
});

/** Puts a request on the queue without the ledger's knowledge, as another service does. */
const enqueue = (body: ReturnType<typeof request>): Promise<void> =>
  relay.send({ messageId: body.requestId, sessionId: "lane", contentType: "application/json", body });

const callsFor = (requestId: string): number =>
  relay.partnerCenter
    .calls()
    .filter((call) => call.method === "POST" && call.correlationId === correlationIdOf(requestId)).length;
const changesFor = (requestId: string): number =>
  relay.partnerCenter.journal().filter(({ correlationId }) => correlationId === correlationIdOf(requestId))
    .length;

/** From now on: what was held before is another test's. */
const untilHeld = (): Promise<void> => {
  const { length } = relay.host().output();
  return until("it is held", () => /step\.held.*ledger/.test(relay.host().output().slice(length)));
};

const troubles = [
  ["answers 503", "held-1", () => relay.storage.faults.answer(503, "always")],
  ["is down", "held-2", () => relay.storage.faults.cut("always")],
] as const;

test.each(troubles)(
  "nothing is called while the ledger %s, and everything is applied afterwards",
  async (_, id, start) => {
    start();
    await enqueue(request(id));
    await untilHeld();
    expect(callsFor(id)).toBe(0);
    relay.storage.faults.clear();
    expect(await relay.ends.first(id, 20_000)).toMatchObject({ outcome: "applied" });
    expect(await relay.api().status(id)).toMatchObject({ status: "applied" });
    expect(changesFor(id)).toBe(1);
  },
);

test("a change whose end cannot be noted is noted later, and made once", async () => {
  relay.partnerCenter.updateSettings({ latencyMs: 300 });
  await enqueue(request("late-1"));
  await until("it is called", () => callsFor("late-1") === 1);
  relay.storage.faults.answer(503, "always");
  await untilHeld();
  expect(relay.ends.of("late-1")).toEqual([]);
  relay.storage.faults.clear();
  expect(await relay.ends.first("late-1", 20_000)).toMatchObject({ outcome: "applied" });
  expect(await relay.api().status("late-1")).toMatchObject({ status: "applied" });
  expect(changesFor("late-1")).toBe(1);
});

test("a request is answered 503 while the ledger is out of reach, and taken when it is repeated", async () => {
  relay.storage.faults.answer(503, "always");
  const response = await relay.submit(request("http-1"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(await response.text()).toContain("The ledger is out of reach");
  relay.storage.faults.clear();
  expect((await relay.submit(request("http-1"))).status).toBe(202);
  expect(await relay.ends.first("http-1", 20_000)).toMatchObject({ outcome: "applied" });
});

test("answers that get lost on the way back do no harm", async () => {
  const lost = { ...request("lost-1"), customerId: customers.adatum, userId: users.adatum.ana };
  relay.storage.faults.loseAnswer(7);
  await enqueue(lost);
  expect(await relay.ends.first("lost-1", 30_000)).toMatchObject({ outcome: "applied" });
  expect(changesFor("lost-1")).toBe(1);
  const { items } = await relay.api().list({ customerId: customers.adatum });
  expect(items.map(({ requestId, status }) => [requestId, status])).toEqual([["lost-1", "applied"]]);
});

test("a refusal is filed once the ledger can be reached, and an operation waits for it too", async () => {
  await enqueue(request("filed-1", skus.visio));
  await until("it is filed", async () => (await relay.api().poison("filed-1")) !== undefined);
  const id = await relay.api().start("replay", { ids: ["filed-1"] });
  relay.storage.faults.answer(503, 40);
  await until("the operation has ended", async () => {
    const operation = await relay
      .api()
      .operation(id)
      .catch(() => undefined);
    return operation?.endedAt !== undefined;
  });
  expect(await relay.api().operation(id)).toMatchObject({ state: "stopped", failed: 1, total: 1 });
});
