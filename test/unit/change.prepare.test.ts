import { describe, expect, test } from "vitest";

import { makePrepare } from "../../shared/change/prepare.ts";
import type { Found, NotFound } from "../../shared/partner-center/client.ts";
import type { Catalog } from "../../shared/sku/catalog.ts";
import type { HeldLicense } from "../../shared/sku/remaining.ts";
import { aRequest, aSku, E3, E5, PLAN_A } from "../support/builders.ts";

const reader = { token: "t", requestId: "request-1" };
const notFound = (status: number): NotFound => ({
  kind: "notFound",
  status,
  why: `answered ${status}`,
  retryAfterMs: 9,
});
const found = <T>(value: T): Found<T> => ({ kind: "found", value });
const byId = { licensesToAssign: [{ skuId: E3, excludedPlans: null }] };
const byName = { licensesToAssign: [{ sku: "SPE_E3", excludedPlans: null }] };
const keepingPlans = { licensesToAssign: [{ skuId: E3 }] };

interface World {
  readonly catalogs?: readonly Found<Catalog>[];
  readonly held?: Found<readonly HeldLicense[]>;
  readonly isReadBack?: boolean;
}

/** What a request comes to, and what was read for it. */
const prepared = async (
  fields: Readonly<Record<string, unknown>>,
  { catalogs = [found([aSku({})])], held = found([]), isReadBack = false }: World = {},
) => {
  const reads: string[] = [];
  const left = [...catalogs];
  const prepare = makePrepare({
    readHeld: () => {
      reads.push("licenses");
      return Promise.resolve({ userId: "the-id", held });
    },
    catalogs: {
      of: (_customerId, _reader, maxAgeMs) => {
        reads.push(maxAgeMs === undefined ? "SKUs" : `SKUs of ${maxAgeMs} ms`);
        return Promise.resolve(left.shift() ?? found([]));
      },
    },
    userIds: { known: () => undefined, find: () => Promise.reject(new Error("not to be asked")) },
  });
  return { result: await prepare(aRequest(fields), reader, isReadBack), reads };
};

describe("makePrepare()", () => {
  test("says when it could not be told what is left of a wish, and only then", async () => {
    const isReadBack = true;
    const unreadOf = async (world: World, fields: Parameters<typeof prepared>[0] = byId) => {
      const { result } = await prepared(fields, { isReadBack, ...world });
      return result.kind === "ready" ? (result.unread ?? "all was read") : result.kind;
    };
    const held = found([{ skuId: E3, plans: [] }]);
    const catalogs = [notFound(403)];
    expect(await unreadOf({ held: found([]) })).toBe("all was read");
    // Without the license its plans do not matter
    expect(await unreadOf({ held: found([]), catalogs })).toBe("all was read");
    expect(await unreadOf({ held, catalogs })).toBe(
      "Reading the customer's SKUs: Partner Center answered 403",
    );
    expect(await unreadOf({ held: notFound(404), catalogs })).toBe(
      "Reading the user's licenses: Partner Center answered 404",
    );
    const removing = { ...byId, licensesToRemove: [E5] };
    const both = found([
      { skuId: E3, plans: [] },
      { skuId: E5, plans: [] },
    ]);
    expect(await unreadOf({ held: both, catalogs }, removing)).toBe("all was read");
  });

  test("reads nothing for a request by ids that mentions its plans", async () => {
    expect(await prepared(byId)).toMatchObject({ result: { kind: "ready", skuIds: [E3] }, reads: [] });
  });

  test("reads what the user holds when plans are left as they are, or a license is removed", async () => {
    const held = found([{ skuId: E5, plans: [] }]);
    expect((await prepared(keepingPlans)).reads).toContain("licenses");
    const removing = await prepared({ licensesToAssign: undefined, licensesToRemove: [E3] }, { held });
    expect(removing).toMatchObject({ result: { kind: "fulfilled" }, reads: ["licenses"] });
  });

  test("looks for a name, and once more in a fresh list when it is not there", async () => {
    expect(await prepared(byName)).toMatchObject({
      result: { kind: "ready", wish: { assign: [{ skuId: E3 }] } },
      reads: ["SKUs"],
    });
    const bought = await prepared(byName, { catalogs: [found([]), found([aSku({})])] });
    expect(bought).toMatchObject({ result: { kind: "ready" }, reads: ["SKUs", "SKUs of 30000 ms"] });
    const unknown = await prepared(byName, { catalogs: [found([]), found([])] });
    expect(unknown.result).toMatchObject({ kind: "refused" });
  });

  test("reads the SKUs to see whether an assigned license has its plans, but for none that is removed", async () => {
    const isReadBack = true;
    const held = found([{ skuId: E3, plans: [{ id: PLAN_A, capabilityStatus: "Enabled" }] }]);
    const catalogs = [found([aSku({ plans: [PLAN_A] })])];
    expect(await prepared(byId, { isReadBack, held, catalogs })).toMatchObject({
      result: { kind: "fulfilled" },
      reads: ["SKUs", "licenses"],
    });
    const removing = { licensesToAssign: undefined, licensesToRemove: [E3] };
    expect((await prepared(removing, { isReadBack, held })).reads).toEqual(["licenses"]);
  });

  test("is held up by trouble that passes, and by a refusal only when it cannot do without the read", async () => {
    const isReadBack = true;
    expect((await prepared(byId, { isReadBack, catalogs: [notFound(503)] })).result).toEqual({
      kind: "notNow",
      why: "the customer's SKUs: answered 503",
      retryAfterMs: 9,
    });
    expect((await prepared(byId, { isReadBack, catalogs: [notFound(403)] })).result).toMatchObject({
      kind: "ready",
    });
    expect((await prepared(byName, { catalogs: [notFound(403)] })).result).toMatchObject({
      kind: "refused",
      status: 403,
      description: "Reading the customer's SKUs: Partner Center answered 403",
    });
    expect((await prepared(byId, { isReadBack, held: notFound(403) })).result).toMatchObject({
      kind: "ready",
      userId: "the-id",
      unread: "Reading the user's licenses: Partner Center answered 403",
    });
    expect((await prepared(keepingPlans, { held: notFound(403) })).result).toMatchObject({
      kind: "refused",
      description: "Reading the user's licenses: Partner Center answered 403",
    });
    expect((await prepared(byId, { isReadBack, held: notFound(401) })).result).toMatchObject({
      kind: "badToken",
      unfit: { status: 401 },
    });
  });
});
