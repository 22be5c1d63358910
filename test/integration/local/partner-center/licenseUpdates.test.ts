import { describe, expect, test, vi } from "vitest";

import { plans } from "../../../../local/partner-center/products.ts";
import { customers, skus, userNameOf, users } from "../../../../local/partner-center/seed.ts";
import { assigning, openStage, PATIENCE, removing } from "./stage.ts";

const NOBODY = "a0000000-0000-4000-8000-00000000ffff";
const NOWHERE = "c0000000-0000-4000-8000-00000000ffff";
const { yammer, teams } = plans;

describe("an update that is good", () => {
  test("assigns the license, takes a seat and answers as documented, after a byte-order mark", async () => {
    await using stage = await openStage();
    const told = await stage.update(assigning(skus.e5));
    expect(told.status).toBe(201);
    expect(told.bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(told.header("content-length")).toBe(String(told.bytes.length));
    expect(told.json).toEqual({
      licensesToAssign: [{ skuId: skus.e5 }],
      licenseWarnings: [],
      attributes: { objectType: "LicenseUpdate" },
    });
    expect(await stage.held()).toEqual(new Map([[skus.e5, []]]));
    expect(stage.consumed(skus.e5)).toBe(1);
  });

  test("can be written in PascalCase, as in Microsoft's sample", async () => {
    await using stage = await openStage();
    const body = { LicensesToAssign: [{ SkuId: skus.e3.toUpperCase(), ExcludedPlans: null }] };
    expect((await stage.update(body)).status).toBe(201);
    expect(await stage.held()).toEqual(new Map([[skus.e3, []]]));
  });

  test("of a held license replaces the excluded plans and takes no seat", async () => {
    await using stage = await openStage();
    const user = users.contoso.dario;
    expect(await stage.held(user)).toEqual(new Map([[skus.e3, [yammer.serviceName]]]));
    const before = stage.consumed(skus.e3);
    const body = { licensesToAssign: [{ skuId: skus.e3, excludedPlans: [teams.id] }] };
    const told = await stage.update(body, { user });
    expect(told.json).toMatchObject({ licensesToAssign: [{ skuId: skus.e3, excludedPlans: [teams.id] }] });
    expect(await stage.held(user)).toEqual(new Map([[skus.e3, [teams.serviceName]]]));
    expect(stage.consumed(skus.e3)).toBe(before);
  });

  test("of a held license needs no seat to be left", async () => {
    await using stage = await openStage();
    const user = users.contoso.dario;
    stage.partnerCenter.setSeats(customers.contoso, skus.e3, 1);
    expect((await stage.update(assigning(skus.e3), { user })).status).toBe(201);
    expect(await stage.update(assigning(skus.e3))).toMatchObject({ status: 400, code: 60012 });
  });

  test("assigns and removes in one go, and frees the seat", async () => {
    await using stage = await openStage();
    const user = users.contoso.dario;
    const told = await stage.update(
      { ...assigning(skus.e5), licensesToRemove: [skus.e3] },
      { user, headers: { "ms-requestid": "one-id", "ms-correlationid": "one-story" } },
    );
    expect(told.json).toMatchObject({
      licensesToAssign: [{ skuId: skus.e5 }],
      licensesToRemove: [skus.e3],
    });
    expect(await stage.held(user)).toEqual(new Map([[skus.e5, []]]));
    expect(stage.consumed(skus.e3)).toBe(0);
    expect(stage.partnerCenter.journal()).toMatchObject([
      {
        sequence: 1,
        customerId: customers.contoso,
        userId: user,
        requestId: "one-id",
        correlationId: "one-story",
        assigned: [{ skuId: skus.e5, excludedPlans: [] }],
        removed: [skus.e3],
      },
    ]);
  });

  test("finds the user by a name with a # in it", async () => {
    await using stage = await openStage();
    const told = await stage.update(assigning(skus.e3), { user: userNameOf("contoso", "gina") });
    expect(told.status).toBe(201);
    expect(stage.partnerCenter.journal()).toMatchObject([{ userId: users.contoso.gina }]);
  });

  test("carries the warning of a SKU that has one", async () => {
    await using stage = await openStage();
    const told = await stage.update(assigning(skus.project));
    expect(told.status).toBe(201);
    expect(told.json).toMatchObject({ licenseWarnings: [{ servicePlans: ["SHAREPOINT_PROJECT"] }] });
  });

  test("answers 200 without byte-order mark where the settings say so", async () => {
    await using stage = await openStage({ settings: { successStatus: 200, byteOrderMark: false } });
    const told = await stage.update(assigning(skus.e3));
    expect(told.status).toBe(200);
    expect(told.bytes.toString("latin1")).toMatch(/^{/);
  });
});

describe("an update that is refused", () => {
  test.each([
    ["a SKU without seats", assigning(skus.visio), 400, 60012],
    ["seats for one of two SKUs only", assigning(skus.e3, skus.visio), 400, 60012],
    ["a SKU that nobody sells", assigning(NOWHERE), 400, 3000],
    ["a SKU id that is no GUID", assigning("SPE_E3"), 400, 3000],
    ["a SKU for tenants", assigning(skus.windowsStore), 400, 3000],
    ["SKUs of two groups", assigning(skus.e3, skus.minecraft), 400, 800002],
    ["a SKU twice", { ...assigning(skus.e3), licensesToRemove: [skus.e3] }, 400, 800002],
    [
      "a plan of another SKU",
      { licensesToAssign: [{ skuId: skus.visio, excludedPlans: [teams.id] }] },
      400,
      3000,
    ],
    ["the removal of what is not held", removing(skus.e3), 400, 3000],
    ["nothing", { licensesToAssign: null, licensesToRemove: null }, 400, 800002],
    ["a list that is none", { licensesToAssign: skus.e3 }, 400, 3000],
    ["no JSON", "{", 400, 800002],
  ])("for %s changes nothing", async (_, body, status, code) => {
    await using stage = await openStage();
    const told = await stage.update(body);
    expect(told).toMatchObject({ status, code });
    expect(told.json).toMatchObject({ source: "PartnerFD" });
    expect(told.bytes.toString("utf8")).toMatch(/^{/);
    expect(await stage.held()).toEqual(new Map());
    expect(stage.partnerCenter.journal()).toEqual([]);
  });

  test.each([
    ["Conditional Access", { customer: customers.fabrikam, user: users.fabrikam.ana }, 403, 900309],
    ["a missing role", { customer: customers.northwind, user: users.northwind.ana }, 403, 900308],
    ["an unknown tenant", { customer: NOWHERE }, 404, 60003],
    ["a customer id that is no GUID", { customer: "contoso" }, 400, 900118],
    ["an unknown user", { user: NOBODY }, 404, 60002],
    ["an unknown name", { user: "nobody@contoso.onmicrosoft.com" }, 404, 60002],
    ["a user without usage location", { user: users.contoso.noor }, 400, 3000],
  ])("for %s says so", async (_, who, status, code) => {
    await using stage = await openStage();
    expect(await stage.update(assigning(skus.e3), who)).toMatchObject({ status, code });
    expect(stage.partnerCenter.journal()).toEqual([]);
  });

  test("without a commerce relationship says so until there is one", async () => {
    await using stage = await openStage();
    const contoso = stage.partnerCenter.world.customers.get(customers.contoso);
    Object.assign(contoso ?? {}, { noRelationship: true });
    expect(await stage.update(assigning(skus.e3))).toMatchObject({ status: 403, code: 20002 });
    Object.assign(contoso ?? {}, { noRelationship: false });
    expect((await stage.update(assigning(skus.e3))).status).toBe(201);
  });

  test("names tenant and SKU when seats are missing, and goes through once there are some", async () => {
    await using stage = await openStage();
    const told = await stage.update(assigning(skus.visio));
    expect(told.json).toMatchObject({
      data: [
        `LicenseQuotaExceededException : Subscription with Account ${customers.contoso} and SKU ${skus.visio} does not have any available licenses left.`,
      ],
    });
    stage.partnerCenter.setSeats(customers.contoso, skus.visio, 3);
    expect((await stage.update(assigning(skus.visio))).status).toBe(201);
    expect(await stage.update(assigning(skus.visio), { user: users.contoso.ben })).toMatchObject({
      code: 60012,
    });
  });
});

describe("what the documentation leaves open", () => {
  test("can be played: removing what is not held is accepted, and is no change", async () => {
    await using stage = await openStage({ settings: { removeAbsent: "accept" } });
    expect((await stage.update(removing(skus.e3))).status).toBe(201);
    expect(stage.consumed(skus.e3)).toBe(1);
    expect(stage.partnerCenter.journal()).toEqual([]);
  });

  test("can be played: two groups in one request", async () => {
    await using stage = await openStage({ settings: { mixedGroups: "accept" } });
    expect((await stage.update(assigning(skus.e3, skus.minecraft))).status).toBe(201);
  });

  test("can be played: codes as text, other codes for a user", async () => {
    const noUsageLocation = { status: 403, code: 2000 };
    const settings = { errorCodes: "text", userNotFoundCode: 1000, noUsageLocation } as const;
    await using stage = await openStage({ settings });
    expect(await stage.update(assigning(skus.e3), { user: NOBODY })).toMatchObject({
      status: 404,
      code: "1000",
    });
    const noor = { user: users.contoso.noor };
    expect(await stage.update(assigning(skus.e3), noor)).toMatchObject({ status: 403, code: "2000" });
  });

  test("can be played: a second update of one user is refused while the first is processed", async () => {
    await using stage = await openStage({ settings: { parallelUpdates: "refuse" } });
    const { partnerCenter } = stage;
    partnerCenter.addFault({ match: { skuId: skus.e3 }, action: { kind: "delay", ms: 60_000 } });
    const first = Promise.allSettled([stage.update(assigning(skus.e3))]);
    await vi.waitUntil(() => partnerCenter.calls().length === 1, PATIENCE);
    expect((await stage.update(assigning(skus.e5))).status).toBe(409);
    expect((await stage.update(assigning(skus.e5), { user: users.contoso.ben })).status).toBe(201);
    await partnerCenter.close();
    expect(await first).toMatchObject([{ status: "rejected" }]);
  });

  test("can be played: updates of one user, one after the other, are never refused for it", async () => {
    await using stage = await openStage({ settings: { parallelUpdates: "refuse", latencyMs: 1 } });
    for (const skuId of [skus.e3, skus.e5, skus.ems])
      expect((await stage.update(assigning(skuId))).status).toBe(201);
  });
});

test("an update of a user's location makes a license possible", async () => {
  await using stage = await openStage();
  const user = users.contoso.noor;
  const told = await stage.ask(`/v1/customers/${customers.contoso}/users/${user}`, {
    method: "PATCH",
    body: { usageLocation: "NL", attributes: { objectType: "CustomerUser" } },
  });
  expect(told).toMatchObject({ status: 200, json: { id: user, usageLocation: "NL" } });
  expect((await stage.update(assigning(skus.e3), { user })).status).toBe(201);
});
