import { afterEach, beforeEach, expect, test } from "vitest";

import { customerIdAt, largeWorld, userIdAt } from "../../local/partner-center/largeWorld.ts";
import { skus } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const CUSTOMERS = 10;
const MESSAGES = 100;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
  for (const [id, customer] of largeWorld(CUSTOMERS, MESSAGES / CUSTOMERS).customers) {
    relay.partnerCenter.world.customers.set(id, customer);
    relay.partnerCenter.setSeats(id, skus.visio, 0);
  }
}, 60_000);
afterEach(() => relay.close());

const requests = Array.from({ length: MESSAGES }, (_, index) => ({
  requestId: `replay-kill-${index}`,
  customerId: customerIdAt(index % CUSTOMERS),
  userId: userIdAt(index % CUSTOMERS, Math.floor(index / CUSTOMERS)),
  licensesToAssign: [{ skuId: skus.visio }],
}));

test("a replay neither loses nor doubles anything although the functions are killed three times on the way", async () => {
  await Promise.all(requests.map((request) => relay.submit(request)));
  await until("all are poison", async () => (await relay.api().groups()).total === MESSAGES, 60_000);
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    relay.partnerCenter.setSeats(customerIdAt(customer), skus.visio, MESSAGES);
  }
  relay.partnerCenter.updateSettings({ latencyMs: 50 });

  const id = await relay.api().start("replay", { category: "no-seats" });
  for (const share of [0.1, 0.4, 0.7]) {
    await until("a share is done", () => relay.partnerCenter.journal().length >= MESSAGES * share, 60_000);
    await relay.host().kill();
    await relay.restart();
  }
  await until(
    "the operation has ended",
    async () => (await relay.api().operation(id)).endedAt !== undefined,
    60_000,
  );

  expect(await relay.api().operation(id)).toMatchObject({ state: "done", total: MESSAGES, done: MESSAGES });
  expect((await relay.api().groups()).total).toBe(0);
  const changes = relay.partnerCenter.journal().map(({ correlationId }) => correlationId);
  expect(changes.toSorted()).toEqual(requests.map(({ requestId }) => correlationIdOf(requestId)).toSorted());
}, 180_000);
