import { afterEach, beforeEach, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
}, 60_000);
afterEach(() => relay.close());

const change = (
  requestId: string,
  customer: "contoso" | "adatum",
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
  const { ana } = users.contoso;
  const match = { userId: ana, path: "licenseupdates" } as const;
  // Trouble of every kind on the way: each hits another call of the row
  for (const status of [429, 500, 503, 500, 429]) {
    relay.partnerCenter.addFault({ match, times: 1, action: { kind: "answer", status } });
    relay.partnerCenter.addFault({ match, times: 1, action: { kind: "applyThenReset" } });
  }
  const expected = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? "assign" : "remove"));
  for (const [index, kind] of expected.entries()) {
    await relay.submit(change(`order-${index}`, "contoso", "ana", kind === "assign"));
  }
  await relay.ends.first("order-9", 25_000);
  expect(changesOf(ana)).toEqual(expected);
});

test("one user's changes keep their order when a delivery is given back", async () => {
  const { ana } = users.contoso;
  const match = { userId: ana, path: "licenseupdates" } as const;
  // Longer than the hold budget of a delivery: the first message goes back to its lane with others behind it
  relay.partnerCenter.addFault({
    match,
    times: 1,
    action: { kind: "answer", status: 429, headers: { "retry-after": "8" } },
  });
  await relay.submit(change("back-1", "contoso", "ana", true));
  await relay.submit(change("back-2", "contoso", "ana", false));
  await relay.submit(change("back-3", "contoso", "ana", true));
  await relay.ends.first("back-3", 25_000);
  expect(changesOf(ana)).toEqual(["assign", "remove", "assign"]);
  expect(relay.host().output()).toContain("update.givenBack");
});

test("a throttled customer does not hold up another", async () => {
  const isThrottled = { customerId: customers.contoso, path: "licenseupdates" } as const;
  relay.partnerCenter.addFault({
    match: isThrottled,
    times: "always",
    action: { kind: "answer", status: 429 },
  });
  const names = ["ana", "ben", "carla", "elif", "farid"] as const;
  for (const name of names) await relay.submit(change(`throttled-${name}`, "contoso", name, true));
  await until("Contoso is being throttled", () =>
    relay.partnerCenter.calls().some(({ status }) => status === 429),
  );
  for (const name of names) await relay.submit(change(`free-${name}`, "adatum", name, true));
  await Promise.all(names.map((name) => relay.ends.first(`free-${name}`, 4000)));
  expect(changesOf(users.contoso.ana)).toEqual([]);
  relay.partnerCenter.clearFaults();
  await Promise.all(names.map((name) => relay.ends.first(`throttled-${name}`, 25_000)));
});
