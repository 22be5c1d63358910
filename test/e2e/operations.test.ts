import { afterAll, beforeAll, expect, test } from "vitest";

import { customerIdAt, largeWorld, userIdAt } from "../../local/partner-center/largeWorld.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { routes } from "../../shared/http/api/routes.ts";
import type { OperationView } from "../../shared/http/api/views.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const CUSTOMERS = 8;
let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
  for (const [id, customer] of largeWorld(CUSTOMERS, 10).customers) {
    relay.partnerCenter.world.customers.set(id, customer);
    relay.partnerCenter.setSeats(id, skus.visio, 0);
  }
}, 60_000);
afterAll(() => relay.close());

/** A request that is refused for want of seats; every test has a customer of its own. */
const visio = (requestId: string, customer: number, user = 0) => ({
  requestId,
  customerId: customerIdAt(customer),
  userId: userIdAt(customer, user),
  licensesToAssign: [{ skuId: skus.visio }],
});

const refuse = async (body: ReturnType<typeof visio>): Promise<void> => {
  expect(await relay.api().submit(body)).toBe(202);
  await until(
    `${body.requestId} is filed`,
    async () => (await relay.api().poison(body.requestId)) !== undefined,
  );
};

const ended = async (operationId: string): Promise<OperationView> => {
  let operation = await relay.api().operation(operationId);
  await until("the operation has ended", async () => {
    operation = await relay.api().operation(operationId);
    return operation.endedAt !== undefined;
  });
  return operation;
};

const replay = async (input: object): Promise<OperationView> =>
  ended(await relay.api().start("replay", input));

const callsFor = (requestId: string): number =>
  relay.partnerCenter
    .calls()
    .filter((call) => call.method === "POST" && call.correlationId === correlationIdOf(requestId)).length;

test("a status can be read as soon as 202 is out, and tells every step", async () => {
  const body = {
    requestId: "status-1",
    customerId: customers.contoso,
    userId: users.contoso.ana,
    licensesToAssign: [{ skuId: skus.e3 }],
    ticket: { system: "Zendesk", id: "47/11" },
    requestedBy: "Ben",
  };
  expect(await relay.api().submit(body)).toBe(202);
  expect((await relay.api().status("status-1"))?.request).toMatchObject(body);
  await until("it is applied", async () => (await relay.api().status("status-1"))?.status === "applied");
  const status = await relay.api().status("status-1");
  expect(status).toMatchObject({
    status: "applied",
    outcome: { outcome: "applied", status: 201 },
    replays: 0,
  });
  expect(status?.history).toMatchObject([
    { event: "accepted", by: "Ben" },
    { event: "applying" },
    {
      event: "applied",
      attempts: 1,
      status: 201,
      partnerCenter: { correlationId: correlationIdOf("status-1") },
    },
  ]);
  for (const query of [
    { customerId: customers.contoso },
    { ticket: "zendesk/47/11" },
    { status: "applied" },
  ]) {
    const { items } = await relay.api().list(query);
    expect(items.map(({ requestId }) => requestId)).toContain("status-1");
  }
});

test("the same requestId with another body is 422 with both digests", async () => {
  await refuse(visio("reused-1", 0));
  const response = await relay.submit({ ...visio("reused-1", 0), licensesToAssign: [{ skuId: skus.e3 }] });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    digests: {
      known: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      given: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    },
  });
});

test("after seats were bought a replay applies all, oldest first, and empties the group", async () => {
  const ids = ["seats-1", "seats-2", "seats-3", "seats-4"];
  for (const [user, id] of ids.entries()) await refuse(visio(id, 2, user));
  const groups = await relay.api().groups();
  expect(groups.groups.find(({ customerId }) => customerId === customerIdAt(2))).toMatchObject({
    category: "no-seats",
    code: 60012,
    count: 4,
    owner: "partner admin",
  });
  relay.partnerCenter.setSeats(customerIdAt(2), skus.visio, 10);
  const operation = await replay({ category: "no-seats", customerId: customerIdAt(2), why: "bought seats" });
  expect(operation).toMatchObject({ state: "done", total: 4, done: 4, failed: 0, skipped: 0, by: "demo" });
  for (const id of ids) {
    expect(await relay.api().status(id)).toMatchObject({ status: "applied", replays: 1 });
    await until("the outcome is told", () => relay.ends.of(id).length === 2);
    expect(relay.ends.of(id).map(({ outcome }) => outcome)).toEqual(["refused", "applied"]);
  }
  const after = await relay.api().groups();
  expect(after.groups.filter(({ customerId }) => customerId === customerIdAt(2))).toEqual([]);
});

test("a replay whose wish is true by now is closed without a call", async () => {
  await refuse(visio("already-1", 3));
  relay.partnerCenter.setSeats(customerIdAt(3), skus.visio, 5);
  await relay.api().submit(visio("already-2", 3));
  await relay.ends.first("already-2", 15_000);
  expect(await replay({ ids: ["already-1"] })).toMatchObject({ state: "done", done: 1 });
  expect(await relay.api().status("already-1")).toMatchObject({ outcome: { alreadySo: true, attempts: 0 } });
  expect(callsFor("already-1")).toBe(1);
});

test("a replay is skipped when a newer request for the same user and SKU has been applied, unless forced", async () => {
  await refuse(visio("older-1", 4));
  relay.partnerCenter.setSeats(customerIdAt(4), skus.visio, 5);
  const { licensesToAssign: _assigned, ...user } = visio("newer-1", 4);
  await relay.submit(visio("newer-0", 4));
  await relay.submit({ ...user, licensesToRemove: [skus.visio] });
  expect(await relay.ends.first("newer-1", 15_000)).toMatchObject({ outcome: "applied" });
  const operation = await replay({ ids: ["older-1"] });
  expect(operation).toMatchObject({ state: "done", skipped: 1, done: 0 });
  expect(operation.unfinished).toMatchObject([
    { id: "older-1", why: expect.stringContaining("newer-1") as unknown },
  ]);
  expect(await relay.api().poison("older-1")).toMatchObject({ state: "open", newerRequestId: "newer-1" });
  expect(callsFor("older-1")).toBe(1);
  expect(await replay({ ids: ["older-1"], force: true })).toMatchObject({ done: 1 });
  expect(callsFor("older-1")).toBe(2);
});

test("discarding archives, restoring brings it back, and both are told", async () => {
  await refuse(visio("archive-1", 5));
  const discarded = await ended(
    await relay.api().start("discard", { ids: ["archive-1"], why: "left the company" }),
  );
  expect(discarded).toMatchObject({ state: "done", done: 1 });
  expect(await relay.api().status("archive-1")).toMatchObject({
    status: "discarded",
    outcome: { outcome: "discarded", by: "demo", why: "left the company" },
  });
  const archive = await relay.api().poisonList({ customerId: customerIdAt(5), state: "discarded" });
  expect(archive.items.map(({ id }) => id)).toEqual(["archive-1"]);
  expect(await ended(await relay.api().start("restore", { ids: ["archive-1"] }))).toMatchObject({ done: 1 });
  expect(await relay.api().poison("archive-1")).toMatchObject({
    state: "open",
    first: { category: "no-seats" },
  });
  await until("all is told", () => relay.ends.of("archive-1").length === 3);
  expect(relay.ends.of("archive-1").map(({ outcome }) => outcome)).toEqual([
    "refused",
    "discarded",
    "refused",
  ]);
});

test("a message that is no request is filed, fails again when replayed, and is counted", async () => {
  await relay.send({ messageId: "broken-1", sessionId: "s", body: { requestId: "broken-1" } });
  const find = async () =>
    (await relay.api().poisonList({ category: "invalid-message" })).items.find(
      ({ state }) => state === "open",
    );
  await until("it is filed", async () => (await find()) !== undefined);
  const id = (await find())?.id ?? "";
  expect(await replay({ ids: [id] })).toMatchObject({ state: "stopped", failed: 1 });
  expect(await relay.api().poison(id)).toMatchObject({ failures: 2, body: '{"requestId":"broken-1"}' });
});

test("a cancelled operation begins nothing more", async () => {
  const ids = ["cancel-1", "cancel-2", "cancel-3"];
  for (const [user, id] of ids.entries()) await refuse(visio(id, 6, user));
  const id = await relay.api().start("replay", { ids, canary: false, ratePerSecond: 0.1 });
  await relay.api().cancel(id);
  expect(await ended(id)).toMatchObject({ state: "cancelled", done: 0, reason: "cancelled by demo" });
  expect(ids.map(callsFor)).toEqual([1, 1, 1]);
});

test("operators' functions take no caller's key", async () => {
  const ofOperators = routes.filter(({ key }) => key === "operatorKey");
  const answers = await Promise.all(
    ofOperators.map(async ({ method, path }) => {
      const response = await fetch(`${relay.host().url}/api${path.replaceAll(/\{\w+\}/g, "x")}`, {
        method: method.toUpperCase(),
        headers: { "x-functions-key": "local" },
      });
      return [path, response.status];
    }),
  );
  expect(answers).toEqual(ofOperators.map(({ path }) => [path, 401]));
});

test("what runs by a timer runs: the ledger is cleaned, and operations are woken", async () => {
  expect(await relay.runNow("cleanLedger")).toBe(202);
  await until("it is cleaned", () => relay.host().output().includes("ledger.cleaned"));
  expect(await relay.runNow("resumeOperations")).toBe(202);
});
