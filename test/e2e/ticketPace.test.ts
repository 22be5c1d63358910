import { afterAll, beforeAll, expect, test } from "vitest";

import { deliver } from "../../local/desk/deliver.ts";
import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
}, 60_000);
afterAll(() => relay.close());

const body = (id: string) => ({
  requestId: id,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [skus.e3],
  ticket: { id },
});
const AT_ONCE = 50;

const timed = async (id: string): Promise<{ readonly status: number; readonly ms: number }> => {
  const startMs = performance.now();
  const { status } = await deliver(relay.host().url, {
    source: "zendesk",
    profile: "zendesk",
    secret: sampleSecrets["ticket-zendesk"],
    body: body(id),
  });
  return { status, ms: performance.now() - startMs };
};

const slowest = async (round: string) => {
  const all = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => timed(`pace-${round}-${index}`)),
  );
  return { statuses: new Set(all.map(({ status }) => status)), ms: Math.max(...all.map(({ ms }) => ms)) };
};

test("fifty deliveries at once are answered within 3 s, with nothing read from the vault before and a vault that takes its time", async () => {
  relay.keyVault.faults.delay(500);
  const cold = await slowest("cold");
  relay.keyVault.faults.clear();
  const warm = await slowest("warm");
  process.stdout.write(
    `slowest of ${AT_ONCE} at once: cold ${Math.round(cold.ms)} ms, warm ${Math.round(warm.ms)} ms\n`,
  );
  expect([...cold.statuses, ...warm.statuses]).toEqual([202, 202]);
  expect(Math.max(cold.ms, warm.ms)).toBeLessThan(3000);
}, 60_000);

test("trouble of our own is 429 with Retry-After, in time, and what was taken meanwhile is done once", async () => {
  relay.storage.faults.delay(4000);
  const startMs = performance.now();
  const delivery = {
    source: "zendesk",
    profile: "zendesk",
    secret: sampleSecrets["ticket-zendesk"],
    body: body("pace-slow"),
  } as const;
  const first = await deliver(relay.host().url, delivery);
  expect([first.status, first.headers.get("retry-after")]).toEqual([429, "10"]);
  expect(performance.now() - startMs).toBeLessThan(3000);
  relay.storage.faults.clear();
  await until("the repeat is taken", async () => (await deliver(relay.host().url, delivery)).status === 202);
  expect((await relay.ends.first("zendesk:pace-slow", 20_000)).outcome).toBe("applied");
  expect(relay.ends.of("zendesk:pace-slow")).toHaveLength(1);
}, 60_000);

test("a vault out of reach, and a secret that is missing, are 429 too: no delivery is lost or taken unchecked", async () => {
  relay.keyVault.faults.answer(403, "always");
  const status = (source: "webhook" | "connectwise", profile: "standard-webhooks" | "connectwise") =>
    deliver(relay.host().url, {
      source,
      profile,
      secret: sampleSecrets["ticket-webhook"],
      body: body("pace-vault"),
    });
  expect((await status("webhook", "standard-webhooks")).status).toBe(429);
  relay.keyVault.faults.answer(404, "always");
  expect((await status("connectwise", "connectwise")).status).toBe(429);
  relay.keyVault.faults.clear();
}, 60_000);
