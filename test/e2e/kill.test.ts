import { afterEach, beforeEach, expect, test } from "vitest";

import { customerIdAt, largeWorld, userIdAt } from "../../local/partner-center/largeWorld.ts";
import { skus } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const CUSTOMERS = 10;
const USERS_EACH = 12;
/** Every tenth request asks for a license that is sold out. */
const isRefused = (index: number): boolean => index % 10 === 9;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
  const { world } = relay.partnerCenter;
  for (const [id, customer] of largeWorld(CUSTOMERS, USERS_EACH).customers) {
    world.customers.set(id, customer);
    relay.partnerCenter.setSeats(id, skus.visio, 0);
  }
  relay.partnerCenter.updateSettings({ latencyMs: 100 });
}, 60_000);
afterEach(() => relay.close());

const requests = Array.from({ length: CUSTOMERS * USERS_EACH }, (_, index) => {
  const customer = index % CUSTOMERS;
  return {
    requestId: `kill-${index}`,
    customerId: customerIdAt(customer),
    userId: userIdAt(customer, Math.floor(index / CUSTOMERS)),
    licensesToAssign: [{ skuId: isRefused(index) ? skus.visio : skus.e3 }],
  };
});

test("120 requests each end exactly once although the functions are killed twice on the way", async () => {
  const answers = await Promise.all(requests.map((request) => relay.submit(request)));
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);

  const changes = (): number => relay.partnerCenter.journal().length;
  for (const share of [0.25, 0.6]) {
    await until("a share of the changes is applied", () => changes() >= requests.length * share);
    await relay.host().kill();
    expect(changes()).toBeLessThan(requests.length * 0.9);
    await relay.restart();
  }
  await Promise.all(requests.map(({ requestId }) => relay.ends.first(requestId, 60_000)));

  const applied = new Map<string, number>();
  for (const { correlationId } of relay.partnerCenter.journal()) {
    applied.set(correlationId, (applied.get(correlationId) ?? 0) + 1);
  }
  const actual = await Promise.all(
    requests.map(async ({ requestId }) => ({
      requestId,
      outcomes: relay.ends.of(requestId).map(({ outcome, category }) => category ?? outcome),
      poison: (await relay.api().poison(requestId))?.failures ?? 0,
      status: (await relay.api().status(requestId))?.status,
      applied: applied.get(correlationIdOf(requestId)) ?? 0,
    })),
  );
  const expected = requests.map(({ requestId }, index) => ({
    requestId,
    outcomes: [isRefused(index) ? "no-seats" : "applied"],
    poison: isRefused(index) ? 1 : 0,
    status: isRefused(index) ? "refused" : "applied",
    applied: isRefused(index) ? 0 : 1,
  }));
  expect(actual).toEqual(expected);
  await until("the queue is empty", () => relay.broker.counts("license-updates").active === 0);
  expect(relay.broker.counts("license-updates").deadLetter).toBe(0);
}, 120_000);
