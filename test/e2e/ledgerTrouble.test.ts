import { afterEach, beforeEach, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay({ settings: { HOLD_BUDGET_SECONDS: "2" } });
}, 60_000);
afterEach(() => relay.close());

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

const isHeld = (): boolean => /"step\.held".*ledger|step\.held.*ledger/.test(relay.host().output());

const troubles = [
  ["answers 503", () => relay.storage.faults.answer(503, "always")],
  ["is down", () => relay.storage.faults.cut("always")],
] as const;

test.each(troubles)(
  "nothing is called while the ledger %s, and everything is applied afterwards",
  async (_, start) => {
    start();
    await enqueue(request("held-1"));
    await until("it is held", isHeld);
    expect(callsFor("held-1")).toBe(0);
    relay.storage.faults.clear();
    expect(await relay.ends.first("held-1", 20_000)).toMatchObject({ outcome: "applied" });
    expect(await relay.api().status("held-1")).toMatchObject({ status: "applied" });
    expect(changesFor("held-1")).toBe(1);
  },
);

test("a change whose end cannot be noted is noted later, and made once", async () => {
  relay.partnerCenter.updateSettings({ latencyMs: 300 });
  await enqueue(request("late-1"));
  await until("it is called", () => callsFor("late-1") === 1);
  relay.storage.faults.answer(503, "always");
  await until("it is held", isHeld);
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

test("a request that was noted and not queued is queued when the caller repeats it", async () => {
  relay.broker.faults.rejectSends("license-updates", "com.microsoft:server-busy", 1000);
  expect((await relay.submit(request("healed-1"))).status).toBe(503);
  expect(await relay.api().status("healed-1")).toMatchObject({ status: "accepted" });
  relay.broker.faults.clear();
  expect((await relay.submit(request("healed-1"))).status).toBe(202);
  expect(await relay.ends.first("healed-1", 20_000)).toMatchObject({ outcome: "applied" });
});

test("answers that get lost on the way back do no harm", async () => {
  relay.storage.faults.loseAnswer(7);
  await enqueue(request("lost-1"));
  expect(await relay.ends.first("lost-1", 30_000)).toMatchObject({ outcome: "applied" });
  expect(changesFor("lost-1")).toBe(1);
  const { items } = await relay.api().list({ customerId: customers.contoso });
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

test("health says that the ledger is out of reach", async () => {
  relay.storage.faults.answer(503, "always");
  const response = await fetch(`${relay.host().url}/api/health`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    checks: { queue: { status: "healthy" }, ledger: { status: "unhealthy", reason: "busy" } },
  });
});

test("a slow ledger makes changes slow, and loses none", async () => {
  relay.storage.faults.delay(300);
  await Promise.all(["slow-1", "slow-2", "slow-3"].map((id) => enqueue(request(id))));
  for (const id of ["slow-1", "slow-2", "slow-3"]) {
    expect(await relay.ends.first(id, 30_000)).toMatchObject({ outcome: "applied" });
  }
});
