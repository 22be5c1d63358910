import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
}, 60_000);
afterAll(() => relay.close());
beforeEach(() => {
  relay.broker.faults.clear();
  relay.keyVault.faults.clear();
  relay.storage.faults.clear();
});

const good = (requestId: string) => ({
  requestId,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [{ skuId: skus.e3 }],
});

test("a request is answered 503 with Retry-After while the queue refuses it, and taken afterwards", async () => {
  relay.broker.faults.rejectSends("license-updates", "com.microsoft:server-busy", 1000);
  const response = await relay.submit(good("busy"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  // It is noted by now: the repeat queues it
  expect(await relay.api().status("busy")).toMatchObject({ status: "accepted" });
  relay.broker.faults.clear();
  expect((await relay.submit(good("busy"))).status).toBe(202);
  expect(await relay.ends.first("busy", 15_000)).toMatchObject({ outcome: "applied" });
});

test("health says in one word each what is out of reach", async () => {
  relay.keyVault.faults.answer(403, "always");
  relay.storage.faults.answer(503, "always");
  const response = await fetch(`${relay.host().url}/api/health`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    status: "unhealthy",
    checks: {
      queue: { status: "healthy" },
      vault: { status: "unhealthy", reason: "forbidden" },
      ledger: { status: "unhealthy", reason: "busy" },
    },
  });
});

test("a request waits while the vault is out of reach, and is applied afterwards", async () => {
  relay.keyVault.faults.answer(503, "always");
  // An instance that has read the token does without the vault for a while
  await relay.host().stop();
  await relay.restart();
  await relay.submit(good("no-vault"));
  await until("it waits", async () => (await relay.api().status("no-vault"))?.status === "waiting");
  const calls = relay.partnerCenter.calls();
  expect(calls.some(({ correlationId }) => correlationId === correlationIdOf("no-vault"))).toBe(false);
  relay.keyVault.faults.clear();
  expect(await relay.ends.first("no-vault", 15_000)).toMatchObject({ outcome: "applied" });
});

test("a refusal is neither lost nor captured twice while the poison queue refuses it", async () => {
  relay.broker.faults.rejectSends("license-updates-poison", "com.microsoft:server-busy", 4);
  await relay.submit({ ...good("poison-busy"), licensesToAssign: [{ skuId: skus.visio }] });
  expect(await relay.ends.first("poison-busy", 20_000)).toMatchObject({ category: "no-seats" });
  await until("it is filed", async () => (await relay.api().poison("poison-busy")) !== undefined);
  expect(await relay.api().poison("poison-busy")).toMatchObject({ failures: 1, category: "no-seats" });
});

test("everything goes on after all connections to the broker were dropped", async () => {
  await relay.submit(good("before-drop"));
  await relay.ends.first("before-drop", 15_000);
  relay.broker.dropConnections();
  expect((await relay.submit({ ...good("after-drop"), userId: users.contoso.ben })).status).toBe(202);
  expect(await relay.ends.first("after-drop", 25_000)).toMatchObject({ outcome: "applied" });
});
