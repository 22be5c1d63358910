import { describe, expect, test } from "vitest";

import { makePreview } from "../../shared/change/preview.ts";
import { CannotRead } from "../../shared/change/reader.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { requestCauses } from "../../shared/outcome/requestCauses.ts";
import type { Found, NotFound } from "../../shared/partner-center/client.ts";
import type { CustomerUser } from "../../shared/partner-center/resources.ts";
import type { Catalog } from "../../shared/sku/catalog.ts";
import type { HeldLicense } from "../../shared/sku/remaining.ts";
import { aRequest, aSku, E3, E5, PLAN_A, PLAN_B } from "../support/builders.ts";
import { logJournal } from "../support/logJournal.ts";

const { log } = logJournal();
const OTHER_SKU = "99999999-0000-4000-8000-000000000009";
const found = <T>(value: T): Found<T> => ({ kind: "found", value });
const notFound = (fields: Partial<NotFound> = {}): NotFound => ({
  kind: "notFound",
  why: "answered",
  retryAfterMs: 0,
  ...fields,
});
const ana: CustomerUser = { id: "id-of-ana", userPrincipalName: "ana@contoso.com", usageLocation: "DE" };

interface World {
  readonly skus?: Found<Catalog>;
  readonly user?: Found<CustomerUser>;
  readonly byName?: Found<CustomerUser>;
  readonly held?: Found<readonly HeldLicense[]>;
  readonly listed?: Found<string | undefined>;
  readonly knownId?: string;
}

/** A preview of a request in a world; `asked` are the users that Partner Center was asked for. */
const previewOf = async (fields: Readonly<Record<string, unknown>>, world: World = {}) => {
  const {
    skus = found([
      aSku({ plans: [PLAN_A, PLAN_B] }),
      aSku({ skuId: E5, skuPartNumber: "SPE_E5", availableUnits: 0 }),
    ]),
    user = found(ana),
    byName = user,
    held = found([]),
    listed = notFound(),
    knownId,
  } = world;
  const asked: string[] = [];
  const preview = makePreview({
    partnerCenter: {
      user: ({ userId }) => {
        asked.push(userId);
        return Promise.resolve(userId.includes("@") ? byName : user);
      },
      heldLicenses: ({ userId }) => {
        asked.push(`licenses of ${userId}`);
        return Promise.resolve(held);
      },
    },
    catalogs: { of: () => Promise.resolve(skus) },
    userIds: { known: () => knownId, find: () => Promise.resolve(listed) },
    getReader: () => Promise.resolve({ token: "t", requestId: "preview" }),
  });
  return { shown: await preview(aRequest(fields), log), asked };
};

const resultOf = async (fields: Readonly<Record<string, unknown>>, world?: World) =>
  (await previewOf(fields, world)).shown.items[0];

describe("makePreview()", () => {
  const assignE3 = { licensesToAssign: [{ skuId: E3, excludedPlans: [] }] };
  const removeE3 = { licensesToAssign: undefined, licensesToRemove: [E3] };
  const holdsAll = found([
    { skuId: E3, plans: [PLAN_A, PLAN_B].map((id) => ({ id, capabilityStatus: "Enabled" })) },
  ]);

  test("names the license and how many seats are free", async () => {
    expect(await resultOf(assignE3)).toEqual({
      action: "assign",
      skuId: E3,
      skuPartNumber: "SPE_E3",
      name: "Microsoft 365 E3",
      result: "assign",
      available: 10,
    });
  });

  test.each([
    ["no seat is free", { licensesToAssign: [{ skuId: E5 }] }, "no seats", 0],
    ["it is not subscribed to", { licensesToAssign: [{ skuId: OTHER_SKU }] }, "not subscribed", undefined],
  ])("says that %s", async (_, fields, result, available) => {
    const item = await resultOf(fields);
    expect([item?.result, item?.available]).toEqual([result, available]);
  });

  test("tells a license that is held as wished from one whose plans would change", async () => {
    expect(await resultOf(assignE3, { held: holdsAll })).toMatchObject({ result: "already so" });
    const without = { licensesToAssign: [{ skuId: E3, excludedPlans: [PLAN_A] }] };
    expect(await resultOf(without, { held: holdsAll })).toMatchObject({
      result: "change plans",
      available: 10,
    });
  });

  test("asks for a usage location where neither the user nor the request has one", async () => {
    const user = found({ ...ana, usageLocation: undefined });
    const item = await resultOf(assignE3, { user });
    expect([item?.result, item?.available, item?.detail]).toEqual([
      "location missing",
      10,
      expect.stringContaining("usageLocation"),
    ]);
    expect(await resultOf({ ...assignE3, usageLocation: "DE" }, { user })).toMatchObject({
      result: "assign",
    });
    expect(await resultOf(assignE3, { user, held: holdsAll })).toMatchObject({ result: "already so" });
  });

  test("removes what is held, with what cannot be told of groups, and nothing else", async () => {
    const held = await resultOf(removeE3, { held: holdsAll });
    expect([held?.action, held?.result]).toEqual(["remove", "remove"]);
    expect(held?.detail).toContain("group");
    const gone = await resultOf(removeE3);
    expect([gone?.action, gone?.result]).toEqual(["remove", "already so"]);
    expect(gone).not.toHaveProperty("detail");
  });

  test("refuses a name that is none, as the request itself would be", async () => {
    const { shown } = await previewOf({ licensesToAssign: [{ sku: "Office 2003" }] });
    const { category, owner, meaning, remedy } = requestCauses["unknown-sku"];
    expect(shown.refusal).toMatchObject({ category, owner, meaning, remedy });
    expect(shown.items).toEqual([]);
  });

  test.each([
    ["the customer's SKUs", { skus: notFound({ status: 403, code: 1, why: "answered 403" }) }],
    ["the user", { user: notFound({ status: 403, code: 1, why: "answered 403" }) }],
    ["the user's licenses", { held: notFound({ status: 403, code: 1, why: "answered 403" }) }],
  ])("refuses when Partner Center refuses to tell of %s", async (what, world) => {
    const { shown } = await previewOf(assignE3, world);
    expect(shown.items).toEqual([]);
    expect(shown.refusal).toMatchObject({
      category: causeOf(403, 1).category,
      description: `Reading ${what}: Partner Center answered 403`,
    });
  });

  test.each([undefined, 401, 408, 429, 503])(
    "says that Partner Center cannot be asked now when it answers %s",
    async (status) => {
      const gone = notFound({ why: "is away", retryAfterMs: 7, ...(status === undefined ? {} : { status }) });
      const preview = previewOf(assignE3, { skus: gone });
      await expect(preview).rejects.toThrow(CannotRead);
      await expect(preview).rejects.toMatchObject({ message: "Partner Center is away", retryAfterMs: 7 });
    },
  );

  describe("for a user who is named", () => {
    const named = { ...assignE3, userId: "ana@contoso.com" };
    const byName = notFound({ status: 404, code: 1 });

    test("asks by name, and for the licenses by id", async () => {
      const { shown, asked } = await previewOf(named);
      expect(asked).toEqual(["ana@contoso.com", "licenses of id-of-ana"]);
      expect(shown.user).toEqual(ana);
    });

    test("asks by the id that is known, or that the list of users has", async () => {
      const known = await previewOf(named, { knownId: "known-id" });
      expect(known.asked[0]).toBe("known-id");
      const listed = await previewOf(named, { byName, listed: found("listed-id") });
      expect(listed.asked.slice(0, 2)).toEqual(["ana@contoso.com", "listed-id"]);
      expect(listed.shown.items).toHaveLength(1);
    });

    test("refuses when nobody has that name", async () => {
      const { shown, asked } = await previewOf(named, { byName, listed: found(undefined) });
      expect(shown.refusal?.category).toBe(causeOf(404, 1).category);
      expect(asked).toEqual(["ana@contoso.com"]);
    });

    test("says so when the list of users cannot be read now", async () => {
      const preview = previewOf(named, { byName, listed: notFound({ status: 503 }) });
      await expect(preview).rejects.toThrow(CannotRead);
    });
  });
});
