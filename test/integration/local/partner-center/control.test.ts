import { expect, test } from "vitest";

import { partnerCenterControl } from "../../../../local/partner-center/control.ts";
import { customers, skus, users } from "../../../../local/partner-center/seed.ts";
import { createToken } from "../../../../local/partner-center/token.ts";
import { assigning, openStage } from "./stage.ts";

const openControlled = async () => {
  const stage = await openStage();
  return { stage, control: partnerCenterControl(stage.partnerCenter.url) };
};

test("the journal and the calls read the same from outside as from inside", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  await stage.update(assigning(skus.e3));
  await stage.ask("/v1/elsewhere");
  expect(await control.journal()).toEqual(stage.partnerCenter.journal());
  expect(await control.calls()).toEqual(stage.partnerCenter.calls());
  expect(await control.calls()).toMatchObject([
    { method: "POST", customerId: customers.contoso, userId: users.contoso.ana, status: 201 },
    { method: "GET", path: "/v1/elsewhere", status: 404 },
  ]);
});

test("the world shows who is there and what they hold", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  await stage.update(assigning(skus.e5));
  const contoso = (await control.world()).customers.find(({ id }) => id === customers.contoso);
  expect(contoso?.users.find(({ id }) => id === users.contoso.ana)).toMatchObject({
    usageLocation: "PT",
    licenses: [{ skuId: skus.e5, excludedPlans: [] }],
  });
  expect(contoso?.subscriptions.find(({ skuId }) => skuId === skus.e5)).toMatchObject({
    activeUnits: 25,
    consumedUnits: 1,
    availableUnits: 24,
  });
});

test("faults can be added and taken away from outside", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  await control.addFault({ times: "always", action: { kind: "answer", status: 403, code: 2032 } });
  expect(await stage.update(assigning(skus.e3))).toMatchObject({ status: 403, code: 2032 });
  await control.clearFaults();
  expect((await stage.update(assigning(skus.e3))).status).toBe(201);
});

test("tokens, seats and settings can be changed from outside", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  const token = createToken();
  await control.revokeTokens();
  await control.setSeats(customers.contoso, skus.visio, 10);
  await control.updateSettings({ successStatus: 200 });
  expect((await stage.update(assigning(skus.visio), { token })).status).toBe(401);
  expect((await stage.update(assigning(skus.visio))).status).toBe(200);
});

test("a reset brings back the world, the settings and the tokens of the start", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  const token = createToken();
  const headers = { "ms-requestid": "the-same-before-and-after" };
  const before = await control.world();
  await stage.update(assigning(skus.e3), { headers });
  await control.updateSettings({ latencyMs: 60_000 });
  await control.addFault({ times: "always", action: { kind: "reset" } });
  await control.revokeTokens();
  await control.reset();
  expect(await control.world()).toEqual(before);
  expect(await control.journal()).toEqual([]);
  expect(await control.calls()).toEqual([]);
  expect((await stage.update(assigning(skus.e3), { headers, token })).status).toBe(201);
  expect(await control.journal()).toHaveLength(1);
});

test("what makes no sense is refused with a reason", async () => {
  const { stage, control } = await openControlled();
  await using _ = stage;
  await expect(control.setSeats(customers.contoso, "SPE_E3", 1)).rejects.toThrow(
    /no subscription to "SPE_E3"/,
  );
  await expect(control.updateSettings({ latencyMs: -1 })).rejects.toThrow(/latencyMs/);
  const told = await stage.ask("/local/elsewhere");
  expect(told.status).toBe(404);
  expect(told.bytes.toString("utf8")).toContain("GET /local/journal");
});
