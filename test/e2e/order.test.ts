import { afterAll, beforeAll, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({ settings: { HOLD_BUDGET_SECONDS: "2" } });
}, 60_000);
afterAll(() => relay.close());

/** Every test has customers of its own: one who was throttled is slowed for a while. */
const change = (
  requestId: string,
  customer: "contoso" | "adatum" | "wingtip" | "litware",
  user: keyof typeof users.contoso,
  add: boolean,
) => ({
  requestId,
  customerId: customers[customer],
  userId: users[customer][user],
  ...(add ? { licensesToAssign: [{ skuId: skus.ems }] } : { licensesToRemove: [skus.ems] }),
});

const changesOf = (userId: string): readonly string[] =>
  relay.partnerCenter
    .journal()
    .filter((entry) => entry.userId === userId)
    .map(({ assigned }) => (assigned.length > 0 ? "assign" : "remove"));

test("one user's changes never overtake each other, also across retries", async () => {
  const { ana } = users.adatum;
  const match = { userId: ana, path: "licenseupdates" } as const;
  // Trouble of every kind on the way: each hits another call of the row. A second 429 would slow the customer
  for (const status of [500, 429, 503, 500]) {
    relay.partnerCenter.addFault({ match, times: 1, action: { kind: "answer", status } });
    relay.partnerCenter.addFault({ match, times: 1, action: { kind: "applyThenReset" } });
  }
  const expected = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? "assign" : "remove"));
  for (const [index, kind] of expected.entries()) {
    await relay.submit(change(`order-${index}`, "adatum", "ana", kind === "assign"));
  }
  await relay.ends.first("order-9", 25_000);
  expect(changesOf(ana)).toEqual(expected);
});

test("one user's changes keep their order when a delivery is given back", async () => {
  const { ana } = users.wingtip;
  const match = { userId: ana, path: "licenseupdates" } as const;
  // Longer than the hold budget of a delivery: the first message goes back to its lane with others behind it
  relay.partnerCenter.addFault({
    match,
    times: 1,
    action: { kind: "answer", status: 429, headers: { "retry-after": "3" } },
  });
  await relay.submit(change("back-1", "wingtip", "ana", true));
  await relay.submit(change("back-2", "wingtip", "ana", false));
  await relay.submit(change("back-3", "wingtip", "ana", true));
  await relay.ends.first("back-3", 25_000);
  expect(changesOf(ana)).toEqual(["assign", "remove", "assign"]);
  expect(relay.host().output()).toContain("update.givenBack requestId=back-1");
});

test("a throttled customer does not hold up another", async () => {
  // Refusals of two customers within seconds would be taken for the partner's throttle
  await relay.host().stop();
  await relay.restart();
  const isThrottled = { customerId: customers.contoso, path: "licenseupdates" } as const;
  relay.partnerCenter.addFault({
    match: isThrottled,
    times: "always",
    action: { kind: "answer", status: 429 },
  });
  const names = ["ana", "ben", "carla", "elif", "farid"] as const;
  for (const name of names) await relay.submit(change(`throttled-${name}`, "contoso", name, true));
  await until("Contoso is being throttled", () =>
    relay.partnerCenter
      .calls()
      .some(({ status, path }) => status === 429 && path.includes(customers.contoso)),
  );
  for (const name of names) await relay.submit(change(`free-${name}`, "litware", name, true));
  await Promise.all(names.map((name) => relay.ends.first(`free-${name}`, 4000)));
  expect(changesOf(users.contoso.ana)).toEqual([]);
  relay.partnerCenter.clearFaults();
  // All of them take a while: a customer who was throttled is slowed
  await Promise.any(names.map((name) => relay.ends.first(`throttled-${name}`, 25_000)));
});
