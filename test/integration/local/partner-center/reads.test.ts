import { describe, expect, test } from "vitest";
import { z } from "zod";

import { customers, skus, userNameOf, users } from "../../../../local/partner-center/seed.ts";
import { assigning, openStage } from "./stage.ts";

const Collection = z.object({ items: z.array(z.unknown()) });
const itemsOf = (json: unknown): readonly unknown[] => Collection.parse(json).items;
const License = z.object({
  servicePlans: z.array(z.object({ serviceName: z.string(), capabilityStatus: z.string() })),
});
/** Plan name → status. */
const plansOf = (license: unknown): object =>
  Object.fromEntries(
    License.parse(license).servicePlans.map(({ serviceName, capabilityStatus }) => [
      serviceName,
      capabilityStatus,
    ]),
  );

const CONTOSO = `/v1/customers/${customers.contoso}`;
const ANA = `${CONTOSO}/users/${users.contoso.ana}`;

describe("subscribedskus", () => {
  test("shows seats, plans and product of each SKU of the first group", async () => {
    await using stage = await openStage();
    await stage.update(assigning(skus.e5));
    const { status, json } = await stage.ask(`${CONTOSO}/subscribedskus`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ totalCount: 8, attributes: { objectType: "Collection" } });
    const [, e5] = itemsOf(json);
    expect(e5).toMatchObject({
      availableUnits: 24,
      activeUnits: 25,
      consumedUnits: 1,
      suspendedUnits: 0,
      totalUnits: 25,
      warningUnits: 0,
      productSku: {
        id: skus.e5,
        name: "Microsoft 365 E5",
        skuPartNumber: "SPE_E5",
        targetType: "User",
        licenseGroupId: "group1",
      },
      attributes: { objectType: "SubscribedSku" },
    });
    expect(JSON.stringify(json)).not.toContain("group2");
  });

  test.each([
    ["?licenseGroupIds=Group2", 1],
    ["?licenseGroupIds=Group1&licenseGroupIds=Group2", 9],
  ])("with %s shows the groups asked for", async (query, totalCount) => {
    await using stage = await openStage();
    expect((await stage.ask(`${CONTOSO}/subscribedskus${query}`)).json).toMatchObject({ totalCount });
  });

  test("refuses a group that there is not", async () => {
    await using stage = await openStage();
    const told = await stage.ask(`${CONTOSO}/subscribedskus?licenseGroupIds=Group3`);
    expect(told).toMatchObject({ status: 400, code: 3000 });
  });
});

describe("licenses", () => {
  test("of a user without any are an empty collection of 68 bytes after the mark", async () => {
    await using stage = await openStage();
    const told = await stage.ask(`${ANA}/licenses`);
    expect(told.json).toEqual({ totalCount: 0, items: [], attributes: { objectType: "Collection" } });
    expect(told.header("content-length")).toBe("71");
  });

  test("show each plan, and which are off", async () => {
    await using stage = await openStage();
    const { json } = await stage.ask(`${CONTOSO}/users/${users.contoso.dario}/licenses`);
    const [license] = itemsOf(json);
    expect(license).toMatchObject({
      productSku: { id: skus.e3, skuPartNumber: "SPE_E3", licenseGroupId: "group1" },
      attributes: { objectType: "License" },
    });
    expect(plansOf(license)).toMatchObject({ TEAMS1: "Assigned", YAMMER_ENTERPRISE: "Disabled" });
  });

  test("leave plans that are off away where the settings say so", async () => {
    await using stage = await openStage({ settings: { excludedPlansShow: "notAtAll" } });
    const { bytes } = await stage.ask(`${CONTOSO}/users/${users.contoso.dario}/licenses`);
    expect(bytes.toString("utf8")).toContain("TEAMS1");
    expect(bytes.toString("utf8")).not.toContain("YAMMER_ENTERPRISE");
  });

  test("of the second group show only when asked for", async () => {
    await using stage = await openStage();
    await stage.update(assigning(skus.minecraft));
    expect((await stage.ask(`${ANA}/licenses`)).json).toMatchObject({ totalCount: 0 });
    expect(await stage.held()).toEqual(new Map([[skus.minecraft, []]]));
  });

  test("show what was held before as long as reads lag", async () => {
    await using stage = await openStage({ settings: { readsLagMs: 60_000 } });
    await stage.update(assigning(skus.e3));
    await stage.update(assigning(skus.e5));
    expect(await stage.held()).toEqual(new Map());
    stage.partnerCenter.updateSettings({ readsLagMs: 0 });
    expect([...(await stage.held()).keys()]).toEqual([skus.e3, skus.e5]);
  });
});

describe("users", () => {
  test("are listed, without a location where they have none", async () => {
    await using stage = await openStage();
    const { json } = await stage.ask(`${CONTOSO}/users`);
    expect(json).toMatchObject({ totalCount: 8 });
    const noor = await stage.ask(`${CONTOSO}/users/${users.contoso.noor}`);
    expect(noor.json).not.toHaveProperty("usageLocation");
  });

  test("come in pages, each with the way to the next in its body", async () => {
    await using stage = await openStage();
    const first = await stage.ask(`${CONTOSO}/users?size=5`);
    expect(first.json).toMatchObject({
      totalCount: 5,
      continuationToken: "5",
      links: { next: { method: "GET", headers: [{ key: "MS-ContinuationToken", value: "5" }] } },
    });
    const headers = { "ms-continuationtoken": "5" };
    const last = await stage.ask(`${CONTOSO}/users?size=5&seekOperation=Next`, { headers });
    expect(last.json).toMatchObject({ totalCount: 3 });
    expect(last.json).not.toHaveProperty("continuationToken");
    expect(last.json).not.toHaveProperty("links.next");
  });

  test("are shown one by one, by id and by name", async () => {
    await using stage = await openStage();
    const expected = {
      id: users.contoso.ana,
      userPrincipalName: "ana@contoso.onmicrosoft.com",
      firstName: "Ana",
      lastName: "Silva",
      usageLocation: "PT",
      state: "active",
      attributes: { objectType: "CustomerUser" },
    };
    expect((await stage.ask(ANA)).json).toMatchObject(expected);
    const byName = `${CONTOSO}/users/${encodeURIComponent(userNameOf("contoso", "ana"))}`;
    expect((await stage.ask(byName)).json).toMatchObject(expected);
    stage.partnerCenter.updateSettings({ userNameInReads: "refuse" });
    expect(await stage.ask(byName)).toMatchObject({ status: 404, code: 60002 });
  });

  test.each([{ usageLocation: "Portugal" }, { usageLocation: null }, {}])(
    "keep their location when the new one is %o",
    async (body) => {
      await using stage = await openStage();
      expect(await stage.ask(ANA, { method: "PATCH", body })).toMatchObject({ status: 400, code: 3000 });
      expect((await stage.ask(ANA)).json).toMatchObject({ usageLocation: "PT" });
    },
  );
});

describe("every answer", () => {
  test("carries the ids of the call, a vector and the server's name", async () => {
    await using stage = await openStage();
    const ids = { "ms-requestid": "my-request", "ms-correlationid": "my-story", "ms-cv": "my-vector.1" };
    const told = await stage.ask(ANA, { headers: ids });
    for (const [name, value] of Object.entries(ids)) expect(told.header(name)).toBe(value);
    expect(told.header("ms-serverid")).toBeTruthy();
    expect(Date.parse(told.header("date") ?? "")).not.toBeNaN();
  });

  test("has ids made by the server where the call had none", async () => {
    await using stage = await openStage();
    const told = await stage.ask(ANA);
    expect(told.header("ms-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(told.header("ms-correlationid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(told.header("ms-cv")).toBeTruthy();
  });

  test("to a path or method that there is not comes from the gateway", async () => {
    await using stage = await openStage();
    expect(await stage.ask("/v1/invoices")).toMatchObject({ status: 404, json: { statusCode: 404 } });
    const told = await stage.ask(`${ANA}/licenseupdates`, { method: "PUT", body: {} });
    expect(told).toMatchObject({ status: 405, json: { statusCode: 405 } });
    expect(told.header("allow")).toBe("POST");
  });

  test("to a body that is not JSON by its type is 415, to one too large 413", async () => {
    await using stage = await openStage();
    const path = `${ANA}/licenseupdates`;
    const headers = { "content-type": "text/plain" };
    expect(await stage.ask(path, { method: "POST", body: "{}", headers })).toMatchObject({ status: 415 });
    const body = " ".repeat(1024 * 1024 + 1);
    expect(await stage.ask(path, { method: "POST", body })).toMatchObject({ status: 413 });
  });
});
