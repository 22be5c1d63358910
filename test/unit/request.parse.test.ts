import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseRequest, parseRequestBytes } from "../../shared/request/parse.ts";
import { PROBLEMS_MAX } from "../../shared/request/readForeign.ts";
import { aBody, bytesOf, CUSTOMER, E3, E5, PLAN_A } from "../support/builders.ts";

const problemsOf = (body: unknown) => {
  const parsed = parseRequest(body);
  return parsed.ok ? [] : parsed.problems;
};
const pointersOf = (body: unknown) => problemsOf(body).map(({ pointer }) => pointer);

describe("parseRequest()", () => {
  test("takes a full request and fills in the schema version", () => {
    const body = aBody({
      licensesToAssign: [{ skuId: E3, excludedPlans: [PLAN_A] }],
      licensesToRemove: [E5],
      ticket: { system: "zendesk", id: "4711", url: "https://desk.example.com/4711" },
      requestedBy: "Ben",
    });
    expect(parseRequest(body)).toEqual({ ok: true, request: { schemaVersion: 1, ...body } });
  });

  test("fills in nothing else: what is kept, and the digest of it, is what the sender said", () => {
    expect(parseRequest(aBody())).toEqual({ ok: true, request: { schemaVersion: 1, ...aBody() } });
  });

  test("writes GUIDs in lower case, and leaves a user principal name as it is", () => {
    const body = aBody({
      customerId: CUSTOMER.toUpperCase(),
      userId: "Ana@Contoso.com",
      licensesToAssign: [{ skuId: E3.toUpperCase(), excludedPlans: [PLAN_A.toUpperCase()] }],
    });
    expect(parseRequest(body)).toMatchObject({
      request: {
        customerId: CUSTOMER,
        userId: "Ana@Contoso.com",
        licensesToAssign: [{ skuId: E3, excludedPlans: [PLAN_A] }],
      },
    });
  });

  test.each([
    ["a guest", "ana_contoso.com#EXT#@fabrikam.onmicrosoft.com"],
    ["an apostrophe", "o'neil@contoso.com"],
    ["a GUID in upper case", "22222222-2222-4222-8222-22222222222A"],
  ])("takes %s as userId", (_name, userId) => {
    expect(parseRequest(aBody({ userId })).ok).toBe(true);
  });

  test.each([
    ["requestId", { requestId: "with space" }, "/requestId"],
    ["requestId that is empty", { requestId: "" }, "/requestId"],
    ["requestId of 101 characters", { requestId: "x".repeat(101) }, "/requestId"],
    ["requestId that is a number", { requestId: 7 }, "/requestId"],
    ["customerId", { customerId: "acme" }, "/customerId"],
    ["userId with a path in it", { userId: "../../x" }, "/userId"],
    ["userId without a domain", { userId: "ana@" }, "/userId"],
    ["skuId", { licensesToAssign: [{ skuId: "E3" }] }, "/licensesToAssign/0/skuId"],
    [
      "excluded plan",
      { licensesToAssign: [{ skuId: E3, excludedPlans: [""] }] },
      "/licensesToAssign/0/excludedPlans/0",
    ],
    ["neither skuId nor sku", { licensesToAssign: [{}] }, "/licensesToAssign/0/skuId"],
    ["both skuId and sku", { licensesToAssign: [{ skuId: E3, sku: "SPE_E3" }] }, "/licensesToAssign/0/skuId"],
    ["a removal by a name that is not in an object", { licensesToRemove: ["SPE_E3"] }, "/licensesToRemove/0"],
    [
      "the same name twice",
      { licensesToAssign: [{ sku: "SPE_E3" }, { sku: "spe_e3" }] },
      "/licensesToAssign/1/sku",
    ],
    ["usageLocation", { usageLocation: "Germany" }, "/usageLocation"],
    ["waitForSeats", { waitForSeats: "8 hours" }, "/waitForSeats"],
    ["a wait of nothing", { waitForSeats: "PT0M" }, "/waitForSeats"],
    ["a wait without an end", { waitForSeats: "P31D" }, "/waitForSeats"],
    ["a wait a minute too long", { waitForSeats: "P30DT1M" }, "/waitForSeats"],
    ["an empty list", { licensesToAssign: [] }, "/licensesToAssign"],
    ["a list that is null", { licensesToRemove: null }, "/licensesToRemove"],
    ["the same SKU twice", { licensesToRemove: [E5, E5.toUpperCase()] }, "/licensesToRemove/1"],
    ["the same SKU in both lists", { licensesToRemove: [E3] }, "/licensesToRemove/0"],
    ["an unknown field", { licences: [] }, "/licences"],
    ["an unknown field with a slash", { "a/b~c": 1 }, "/a~1b~0c"],
    ["an unknown field inside", { licensesToAssign: [{ skuId: E3, plan: 1 }] }, "/licensesToAssign/0/plan"],
    [
      "an unknown field of the ticket",
      { ticket: { system: "zendesk", id: "4711", notYetInvented: true } },
      "/ticket/notYetInvented",
    ],
    ["schemaVersion", { schemaVersion: 2 }, "/schemaVersion"],
    ["ticket without id", { ticket: { system: "zendesk" } }, "/ticket/id"],
    [
      "ticket url that is a script",
      { ticket: { system: "z", id: "1", url: "javascript:alert(1)" } },
      "/ticket/url",
    ],
    ["requestedBy with a line break", { requestedBy: "a\nb" }, "/requestedBy"],
    ["requestId that is a dot", { requestId: "." }, "/requestId"],
    ["requestId that is two dots", { requestId: ".." }, "/requestId"],
    ["ticket id that is a dot", { ticket: { system: "z", id: "." } }, "/ticket/id"],
    ["ticket id that is two dots", { ticket: { system: "z", id: ".." } }, "/ticket/id"],
    ["half a character", { requestedBy: "Ana \ud83d" }, "/requestedBy"],
    ["half a character in the ticket", { ticket: { system: "z", id: "\udc00" } }, "/ticket/id"],
    ["half a character in a name", { licensesToAssign: [{ sku: "\ud800" }] }, "/licensesToAssign/0/sku"],
    [
      "half a character in a plan",
      { licensesToAssign: [{ skuId: E3, excludedPlans: ["A", "\ud800"] }] },
      "/licensesToAssign/0/excludedPlans/1",
    ],
    ["half a character in a removal", { licensesToRemove: [{ sku: "\ud800" }] }, "/licensesToRemove/0/sku"],
    ["an object with a length in place of a text", { requestedBy: { length: 5 } }, "/requestedBy"],
    ["a length that cannot be compared", { requestedBy: { length: { toString: 1 } } }, "/requestedBy"],
    [
      "a length that cannot be compared in place of a list",
      { licensesToRemove: { length: { valueOf: 1, toString: 1 } } },
      "/licensesToRemove",
    ],
    ["nothing asked for", { licensesToAssign: undefined }, ""],
  ])("names what is wrong: %s", (_name, fields, pointer) => {
    expect(pointersOf(aBody(fields))).toEqual([pointer]);
  });

  test("says of a length that cannot be compared what it says of any other object", () => {
    expect(problemsOf(aBody({ requestedBy: { length: { toString: 1 } } }))).toEqual([
      { pointer: "/requestedBy", detail: "must be text" },
    ]);
  });

  test("takes whole characters outside the first plane", () => {
    expect(parseRequest(aBody({ requestedBy: "Ana 🙂" })).ok).toBe(true);
  });

  test("takes 20 licenses and refuses 21", () => {
    const skus = Array.from({ length: 21 }, (_, index) => `00000000-0000-4000-8000-0000000000${10 + index}`);
    const body = (count: number) =>
      aBody({ licensesToAssign: undefined, licensesToRemove: skus.slice(0, count) });
    expect(pointersOf(body(20))).toEqual([]);
    expect(pointersOf(body(21))).toEqual(["/licensesToRemove"]);
  });

  test("names all problems at once, also those between fields", () => {
    const body = aBody({ requestId: "a b", customerId: "acme", licensesToRemove: [E3], extra: 1 });
    expect(pointersOf(body).toSorted()).toEqual([
      "/customerId",
      "/extra",
      "/licensesToRemove/0",
      "/requestId",
    ]);
  });

  test.each(["PT1M", "P30D"])("takes a wait of %s", (waitForSeats) => {
    expect(parseRequest(aBody({ waitForSeats })).ok).toBe(true);
  });

  test("says of a missing field that it is missing", () => {
    expect(problemsOf(aBody({ customerId: undefined }))[0]?.detail).toMatch(
      /^is missing; it must be the tenant id/,
    );
  });

  test.each([[null], [[]], ["text"], [7], [undefined]])("refuses %j as a whole", (body) => {
    const problems = problemsOf(body);
    expect(problems.map(({ pointer }) => pointer)).toEqual([""]);
    expect(problems[0]?.detail).toMatch(/must be a JSON object$/);
  });

  test("reports a bounded number of problems", () => {
    const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]));
    expect(problemsOf(body)).toHaveLength(PROBLEMS_MAX);
  });

  test("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        expect(typeof parseRequest(body).ok).toBe("boolean");
      }),
    );
  });
});

describe("parseRequestBytes()", () => {
  test("refuses what is nested so deeply that nobody could write it again", () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    expect(parseRequestBytes(Buffer.from(`{"requestedBy":${deep}}`))).toEqual({
      ok: false,
      problems: [{ pointer: "", detail: "is nested too deeply" }],
    });
  });

  test("skips a byte-order mark", () => {
    expect(parseRequestBytes(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(aBody())])).ok).toBe(
      true,
    );
  });

  test.each([
    ["no JSON", Buffer.from("{requestId:1}"), "is not JSON"],
    ["nothing", Buffer.from(""), "is not JSON"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "is not UTF-8 text"],
  ])("refuses %s without quoting it", (_name, bytes, detail) => {
    expect(parseRequestBytes(bytes)).toEqual({ ok: false, problems: [{ pointer: "", detail }] });
  });

  test("treats __proto__ as any other unknown field", () => {
    const text = JSON.stringify(aBody()).replace("{", '{"__proto__":{"requestId":"x"},');
    expect(parseRequestBytes(Buffer.from(text))).toMatchObject({
      ok: false,
      problems: [{ pointer: "/__proto__" }],
    });
  });

  test("bears the deepest nesting that fits into a body", () => {
    expect(parseRequestBytes(Buffer.from("[".repeat(64 * 1024))).ok).toBe(false);
    expect(parseRequestBytes(Buffer.from(`${"[".repeat(32_000)}${"]".repeat(32_000)}`)).ok).toBe(false);
  });
});
