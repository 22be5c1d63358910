import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { plans } from "../../local/partner-center/products.ts";
import { customers, skus, userNameOf, users, type UserName } from "../../local/partner-center/seed.ts";
import type { StatusView } from "../../shared/http/api/views.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({ settings: { PROOF_DELAY_SECONDS: "1", PROOF_SCHEDULE: "* * * * * *" } });
}, 60_000);
afterAll(() => relay.close());
beforeEach(() => relay.partnerCenter.reset());

const { contoso, adatum } = customers;
let count = 0;
const idOf = (what: string): string => {
  count += 1;
  return `licenses-${what}-${count}`;
};

/** Asks for a change at Contoso; the id of the request. */
const ask = async (user: UserName, wish: object, what = "ask"): Promise<string> => {
  const requestId = idOf(what);
  const body = { requestId, customerId: contoso, userId: users.contoso[user], ...wish };
  expect((await relay.submit(body)).status).toBe(202);
  return requestId;
};
const statusOf = async (requestId: string): Promise<StatusView> => {
  const found = await relay.api().status(requestId);
  if (found === undefined) throw new Error(`no ${requestId}`);
  return found;
};
const ended = async (requestId: string): Promise<StatusView> => {
  await until(`${requestId} has ended`, async () => (await statusOf(requestId)).outcome !== undefined);
  return statusOf(requestId);
};
const parked = (requestId: string): Promise<void> =>
  until(`${requestId} is parked`, async () => (await statusOf(requestId)).status === "parked");
const licensesOf = (user: UserName): ReadonlyMap<string, readonly string[]> =>
  relay.partnerCenter.world.customers.get(contoso)?.users.get(users.contoso[user])?.licenses ?? new Map();
const locationOf = (user: UserName) =>
  relay.partnerCenter.world.customers.get(contoso)?.users.get(users.contoso[user])?.usageLocation;
/** Calls for one request: those of tests before may still be under way. */
const posts = (requestId: string): number =>
  relay.partnerCenter
    .calls()
    .filter(
      ({ path, correlationId }) =>
        path.includes("licenseupdates") && correlationId === correlationIdOf(requestId),
    ).length;

describe("names in place of ids", () => {
  test("of SKUs and plans are found, however they are written", async () => {
    const id = await ask("ana", {
      licensesToAssign: [{ sku: "microsoft365 e3", excludedPlans: ["YAMMER_ENTERPRISE", plans.teams.id] }],
    });
    expect(await ended(id)).toMatchObject({ status: "applied", outcome: { status: 201 } });
    expect([...licensesOf("ana")]).toEqual([[skus.e3, [plans.yammer.id, plans.teams.id]]]);
  });

  test("licenses of two groups are refused with the group of each", async () => {
    const id = await ask("ana", { licensesToAssign: [{ sku: "SPE_E3" }, { sku: "MEE_FACULTY" }] });
    expect((await ended(id)).outcome).toMatchObject({
      category: "mixed-license-groups",
      description: "SPE_E3 in group1; MEE_FACULTY in group2",
    });
  });

  test("a user principal name is found where reads by name are refused", async () => {
    relay.partnerCenter.updateSettings({ userNameInReads: "refuse" });
    const userId = userNameOf("contoso", "gina");
    const id = await ask("gina", { userId, licensesToAssign: [{ sku: "EMS" }] });
    expect(await ended(id)).toMatchObject({ status: "applied" });
    expect(licensesOf("gina").has(skus.ems)).toBe(true);
  });
});

describe("plans", () => {
  test("stay as they are when they are not mentioned, where an assigned SKU is refused", async () => {
    relay.partnerCenter.updateSettings({ reassign: "refuse" });
    // Dario has an E3 without Yammer
    const id = await ask("dario", { licensesToAssign: [{ skuId: skus.e3 }] });
    expect(await ended(id)).toMatchObject({
      outcome: { outcome: "applied", alreadySo: true, attempts: 0 },
    });
    expect([licensesOf("dario").get(skus.e3), posts(id)]).toEqual([[plans.yammer.id], 0]);
  });

  test("are all turned on by null", async () => {
    const id = await ask("dario", { licensesToAssign: [{ skuId: skus.e3, excludedPlans: null }] });
    expect(await ended(id)).toMatchObject({ status: "applied" });
    expect(licensesOf("dario").get(skus.e3)).toEqual([]);
  });
});

describe("a success that shows nothing", () => {
  const wish = { licensesToAssign: [{ sku: "SPE_E3" }] };
  const match = { path: "licenseupdates", method: "POST" } as const;

  test("is applied when the licenses show it, after one call", async () => {
    relay.partnerCenter.addFault({ match, action: { kind: "applyThenAnswer", status: 200, body: {} } });
    const id = await ask("ana", wish);
    expect((await ended(id)).outcome).toMatchObject({ outcome: "applied", alreadySo: true, attempts: 1 });
    expect([[...licensesOf("ana").keys()], posts(id)]).toEqual([[skus.e3], 1]);
  });

  test("is called once more when they do not, then refused with what came", async () => {
    const body = "<html>\n<body>Please sign in</body></html>";
    relay.partnerCenter.addFault({ match, times: "always", action: { kind: "answer", status: 200, body } });
    const id = await ask("ana", wish);
    expect((await ended(id)).outcome).toMatchObject({
      outcome: "refused",
      category: "answer-unclear",
      owner: "operator",
      status: 200,
      description: "Partner Center answered 200 with: <html> <body>Please sign in</body></html>",
      attempts: 2,
    });
    expect([licensesOf("ana").size, posts(id)]).toEqual([0, 2]);
  });

  test("of a read is no proof that nothing is left to be removed", async () => {
    const reads = { path: "licenses" } as const;
    const action = { kind: "answer", status: 200, body: { items: [] } } as const;
    relay.partnerCenter.addFault({ match: reads, times: 2, action });
    const id = await ask("dario", { licensesToRemove: [skus.e3] });
    expect((await ended(id)).outcome).toMatchObject({ outcome: "applied", alreadySo: false });
    expect([licensesOf("dario").size, posts(id)]).toEqual([0, 1]);
  });
});

describe("the usage location", () => {
  test("is set where there is none, and only there", async () => {
    const wish = { usageLocation: "nl", licensesToAssign: [{ sku: "SPE_E3" }] };
    expect(await ended(await ask("noor", wish))).toMatchObject({ status: "applied" });
    expect(await ended(await ask("ana", wish))).toMatchObject({ status: "applied" });
    expect([locationOf("noor"), locationOf("ana")]).toEqual(["NL", "PT"]);
  });

  test("that is missing is named", async () => {
    const { outcome } = await ended(await ask("noor", { licensesToAssign: [{ sku: "SPE_E3" }] }));
    expect(outcome).toMatchObject({ category: "usage-location-missing", status: 400 });
  });
});

describe("waiting for seats", () => {
  const wait = { waitForSeats: "PT1H", licensesToAssign: [{ sku: "VISIOCLIENT" }] };

  test("a request is parked, the ticket told, and served in order when there are seats", async () => {
    const names = ["ana", "ben", "carla"] as const;
    const ids: string[] = [];
    for (const name of names) {
      const id = await ask(name, { ...wait, ticket: { system: "desk", id: name, source: "webhook" } }, name);
      ids.push(id);
      await parked(id);
    }
    const seats = await relay.ask(`seats?customerId=${contoso}`);
    expect(seats.body).toMatchObject({
      items: [{ skuId: skus.visio, skuPartNumber: "VISIOCLIENT", waiting: 3, available: 0, missing: 3 }],
    });
    await until("the ticket is told", () => relay.desk.notesOn("ana").length > 0);
    expect(relay.desk.notesOn("ana")[0]?.body).toContain("waits for a free seat");
    // Its lane is free for other changes of the same user
    expect(await ended(await ask("ana", { licensesToAssign: [{ sku: "EMS" }] }))).toMatchObject({
      status: "applied",
    });
    relay.partnerCenter.setSeats(contoso, skus.visio, 4);
    const [first = "", second = "", third = ""] = ids;
    expect(await ended(first)).toMatchObject({ status: "applied" });
    expect(await ended(second)).toMatchObject({ status: "applied" });
    // It may be tried once more while the seats of the others are not taken yet, and is parked again then
    expect((await statusOf(third)).outcome).toBeUndefined();
    await parked(third);
    relay.partnerCenter.setSeats(contoso, skus.visio, 5);
    const { history } = await ended(third);
    // A step whose write was answered too late is written twice
    const events = history
      .map(({ event }) => event)
      .filter((event, index, all) => event !== "notified" && event !== all[index - 1]);
    expect(events.slice(0, 3)).toEqual(["accepted", "applying", "parked"]);
    expect(events.slice(-3)).toEqual(["resumed", "applying", "applied"]);
  });

  test("a newer request for the same user and license supersedes a parked one", async () => {
    const older = await ask("elif", wait, "older");
    await parked(older);
    const newer = await ask("elif", wait, "newer");
    await parked(newer);
    expect(await ended(older)).toMatchObject({ status: "discarded", outcome: { by: "license-relay" } });
    relay.partnerCenter.setSeats(contoso, skus.visio, 5);
    expect(await ended(newer)).toMatchObject({ status: "applied" });
  });

  test("a parked request goes on after the functions were killed", async () => {
    const id = await ask("farid", wait, "kill");
    await parked(id);
    await relay.host().kill();
    relay.partnerCenter.setSeats(contoso, skus.visio, 5);
    await relay.restart();
    expect(await ended(id)).toMatchObject({ status: "applied" });
    expect(posts(id)).toBe(2);
  });
});

describe("POST /api/license-updates/preview", () => {
  const preview = (user: UserName, wish: object) =>
    relay.ask("license-updates/preview", { customerId: contoso, userId: users.contoso[user], ...wish });
  const assign = (sku: string) => ({ licensesToAssign: [{ sku }] });

  test("shows what would come of each license, or why it would be refused", async () => {
    // Nobody else changes the seats of this customer
    const { body } = await preview("ana", {
      customerId: customers.litware,
      userId: users.litware.dario,
      licensesToAssign: [{ sku: "VISIOCLIENT" }, { sku: "SPE_E5" }],
      licensesToRemove: [{ sku: "SPE_E3" }],
    });
    expect(body).toMatchObject({
      items: [
        { action: "assign", result: "no seats", available: 0 },
        { action: "assign", result: "assign", available: 25 },
        { action: "remove", result: "remove" },
      ],
    });
    const blocked = await preview("ana", { customerId: customers.fabrikam, ...assign("SPE_E3") });
    expect(blocked.body).toMatchObject({ refusal: { category: "conditional-access" }, items: [] });
  });

  test("changes nothing, and is told when Partner Center cannot be asked", async () => {
    const { noor } = users.contoso;
    expect((await preview("noor", { ...assign("SPE_E5"), usageLocation: "NL" })).status).toBe(200);
    const about = relay.partnerCenter.calls().filter(({ path }) => path.includes(noor));
    expect(about.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(about).not.toEqual([]);
    relay.partnerCenter.addFault({ match: { path: "user" }, action: { kind: "answer", status: 503 } });
    expect(await preview("ben", assign("SPE_E5"))).toMatchObject({ status: 503 });
    expect((await preview("ben", { userId: 5 })).status).toBe(400);
  });
});

describe("proof", () => {
  const proofOf = async (requestId: string) => {
    await ended(requestId);
    await until("it is proved", async () => (await statusOf(requestId)).proof?.result !== undefined);
    const { proof, history } = await statusOf(requestId);
    return { result: proof?.result, last: history.at(-1)?.event };
  };

  test("says that an applied change is seen, both lists of it", async () => {
    const id = await ask("dario", {
      licensesToAssign: [{ sku: "SPE_E5" }],
      licensesToRemove: [{ sku: "SPE_E3" }],
    });
    expect(await proofOf(id)).toEqual({ result: "seen", last: "proved" });
  });

  test("says that a change was accepted and is not seen", async () => {
    // Gina's license comes from a group: taking it away is answered as a success
    const { gina } = users.contoso;
    await ended(await ask("gina", { licensesToAssign: [{ sku: "SPE_E5" }] }));
    relay.partnerCenter.updateSettings({
      groupLicenses: [{ userId: gina, skuId: skus.e5 }],
      removeGroupLicense: "ignore",
    });
    const id = await ask("gina", { licensesToRemove: [{ sku: "SPE_E5" }] });
    expect(await proofOf(id)).toMatchObject({ result: "notYetVisible" });
  });

  test("GET /api/reconciliation compares what tickets asked for with what is", async () => {
    const wish = (user: "ana" | "ben") => ({
      requestId: idOf("reconcile"),
      customerId: adatum,
      userId: users.adatum[user],
      licensesToAssign: [{ sku: "EMS" }],
      ticket: { system: "desk", id: `reconcile-${user}` },
    });
    for (const user of ["ana", "ben"] as const) {
      const body = wish(user);
      await relay.submit(body);
      await ended(body.requestId);
    }
    relay.partnerCenter.world.customers.get(adatum)?.users.get(users.adatum.ben)?.licenses.clear();
    const { body } = await relay.ask(`reconciliation?customerId=${adatum}`);
    expect(body).toMatchObject({
      items: [
        {
          userId: users.adatum.ben,
          sku: "EMS",
          wanted: "assigned",
          is: "differs",
          ticket: { id: "reconcile-ben" },
        },
        { userId: users.adatum.ana, sku: "EMS", wanted: "assigned", is: "as wanted" },
      ],
    });
  });
});
