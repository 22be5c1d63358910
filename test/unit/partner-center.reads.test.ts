import { describe, expect, test } from "vitest";

import { makeClient, type PartnerCenterClient } from "../../shared/partner-center/client.ts";
import type { Outgoing } from "../../shared/partner-center/transport.ts";
import { aRequest, bytesOf, CUSTOMER, E3 } from "../support/builders.ts";

const reader = { token: "t", requestId: "request-1" };
const subject = aRequest();
const ID = "22222222-2222-4222-8222-222222222222";

/** A client whose every call is answered with this. */
const answering = (body: unknown, status = 200) => {
  const sent: Outgoing[] = [];
  const client = makeClient(
    (outgoing) => {
      sent.push(outgoing);
      return Promise.resolve({
        kind: "response",
        status,
        header: () => undefined,
        body: body === undefined ? new Uint8Array() : bytesOf(body),
        whole: true,
      });
    },
    () => 0,
  );
  return { client, sent };
};

const license = { productSku: { id: E3 }, servicePlans: [] };
const sku = { ...license, availableUnits: 1 };
const user = { id: ID, userPrincipalName: "ana@contoso.com" };

type Read = (client: PartnerCenterClient) => Promise<{ readonly kind: string }>;
const lists: readonly (readonly [string, Read, object])[] = [
  ["licenses", (client) => client.heldLicenses(subject, reader), license],
  ["subscribedskus", (client) => client.subscribedSkus(CUSTOMER, reader), sku],
  ["users", (client) => client.users(CUSTOMER, reader), user],
];
const one: readonly (readonly [string, Read])[] = [
  ["user", (client) => client.user(subject, reader)],
  ["a new usage location", (client) => client.setUsageLocation(subject, "DE", reader)],
];

const unreadable = { kind: "notFound", status: 200, why: "answered with a body that cannot be read" };

describe.each(lists)("a list of %s", (_what, read, item) => {
  test.each([
    ["as documented", { totalCount: 1, items: [item], attributes: { objectType: "Collection" } }],
    ["in another casing", { TotalCount: 1, Items: [item] }],
    ["that is empty and says so", { totalCount: 0, items: [], attributes: { objectType: "Collection" } }],
    ["without a count, with an item", { items: [item] }],
  ])("%s is read", async (_name, body) => {
    expect(await read(answering(body).client)).toMatchObject({ kind: "found" });
  });

  test.each([
    ["nothing", undefined],
    ["an empty object", {}],
    ["an empty list", []],
    ["words of success", { status: "ok" }],
    ["items that are null", { totalCount: 0, items: null }],
    ["items that are no list", { totalCount: 0, items: {} }],
    ["no items, without a count", { items: [] }],
    ["fewer items than it counts", { totalCount: 2, items: [item] }],
    ["no items where it counts some", { totalCount: 1, items: [] }],
    ["a count that is none", { totalCount: "many", items: [item] }],
    ["an item that is none", { totalCount: 1, items: [{}] }],
    ["an error code beside it", { code: 60_002, totalCount: 0, items: [] }],
    ["an error of the gateway beside it", { statusCode: 429, totalCount: 0, items: [] }],
    ["an error of Graph beside it", { error: { code: "x" }, totalCount: 0, items: [] }],
  ])("with %s cannot be read", async (_name, body) => {
    expect(await read(answering(body).client)).toMatchObject(unreadable);
  });

  test.each([202, 204, 206])("that is answered %i is not found", async (status) => {
    const body = { totalCount: 0, items: [] };
    expect(await read(answering(body, status).client)).toMatchObject({ kind: "notFound", status });
  });
});

const next = {
  uri: "/customers/c/users?size=500&seekOperation=Next",
  method: "GET",
  headers: [{ key: "MS-ContinuationToken", value: "page-2" }],
};

describe.each(lists.slice(0, 2))("a list of %s", (_what, read, item) => {
  test("of which there is more elsewhere cannot be read: no paging is documented of it", async () => {
    const body = { totalCount: 1, items: [item], links: { next } };
    expect(await read(answering(body).client)).toMatchObject(unreadable);
  });

  test("whose plans are of another type cannot be read", async () => {
    const body = { totalCount: 1, items: [{ ...item, servicePlans: "none" }] };
    expect(await read(answering(body).client)).toMatchObject(unreadable);
  });

  test("whose plans are not there is read", async () => {
    const body = { totalCount: 1, items: [{ ...item, servicePlans: null }] };
    expect(await read(answering(body).client)).toMatchObject({ kind: "found" });
  });
});

describe("users", () => {
  test.each([
    ["a link", { links: { self: next, next } }],
    ["a token", { continuationToken: "page-2" }],
    ["both", { continuationToken: "page-2", links: { next } }],
  ])("go on where the body names the next page by %s", async (_name, more) => {
    const { client, sent } = answering({ totalCount: 700, items: [user], ...more });
    expect(await client.users(CUSTOMER, reader)).toMatchObject({ value: { next: "page-2" } });
    await client.users(CUSTOMER, reader, "page-2");
    expect(sent[1]?.headers).toMatchObject({ "ms-continuationtoken": "page-2" });
  });

  test("end with a page that names none, however many there are in all", async () => {
    const { client } = answering({ totalCount: 700, items: [user], links: { next: null } });
    const found = await client.users(CUSTOMER, reader, "page-2");
    expect(found).toEqual({
      kind: "found",
      value: { users: [{ id: ID, userPrincipalName: "ana@contoso.com", usageLocation: undefined }] },
    });
  });
});

describe.each(one)("%s", (_what, read) => {
  test("is read", async () => {
    expect(await read(answering(user).client)).toMatchObject({ kind: "found" });
    const unset = { ...user, usageLocation: null };
    expect(await read(answering(unset).client)).toMatchObject({ value: { usageLocation: undefined } });
  });

  test.each([
    ["nothing", undefined],
    ["an empty object", {}],
    ["words of success", { status: "ok" }],
    ["a location that is none", { ...user, usageLocation: 7 }],
    ["an error code", { ...user, code: 60_002 }],
  ])("with %s cannot be read", async (_name, body) => {
    expect(await read(answering(body).client)).toMatchObject(unreadable);
  });
});
