import { describe, expect, test } from "vitest";

import { makeClient } from "../../shared/partner-center/client.ts";
import type { Outgoing, Raw } from "../../shared/partner-center/transport.ts";
import { aRequest, CUSTOMER, E3, E5, PLAN_A } from "../support/builders.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const reader = { token: "t", requestId: "request-1" };
const subject = aRequest();
const options = { ...reader, requestId: subject.requestId, answers: 0 };
const ana = { id: "ID-A", userPrincipalName: "ana@contoso.com", usageLocation: "DE" };

const answer = (body: unknown, fields: object = {}, headers: Readonly<Record<string, string>> = {}): Raw => ({
  kind: "response",
  status: 200,
  header: (name) => headers[name],
  body: Buffer.from(JSON.stringify(body)),
  whole: true,
  ...fields,
});

/** A client whose every call is answered so. */
const aClient = (raw: Raw) => {
  const sent: Outgoing[] = [];
  const send = (outgoing: Outgoing): Promise<Raw> => {
    sent.push(outgoing);
    return Promise.resolve(raw);
  };
  return { sent, client: makeClient(send, () => NOW_MS) };
};
const page = { items: [ana] };

describe("users()", () => {
  test("says how the next page is asked for, and on the last one nothing", async () => {
    const users = [{ ...ana, id: "id-a" }];
    const on = (fields: Readonly<Record<string, unknown>>) =>
      aClient(answer({ ...page, ...fields })).client.users(CUSTOMER, reader);
    expect(await on({ continuationToken: "p2" })).toEqual({ kind: "found", value: { users, next: "p2" } });
    expect(await on({ continuationToken: "" })).toEqual({ kind: "found", value: { users } });
    expect(await on({})).toEqual({ kind: "found", value: { users } });
  });

  test("asks for the first page without a token, and for the next with the one that it was given", async () => {
    const { client, sent } = aClient(answer(page));
    await client.users(CUSTOMER, reader);
    await client.users(CUSTOMER, reader, "p2");
    expect(sent.map(({ path, headers }) => [path, headers["ms-continuationtoken"]])).toEqual([
      [`/v1/customers/${CUSTOMER}/users?size=500`, undefined],
      [`/v1/customers/${CUSTOMER}/users?size=500&seekOperation=Next`, "p2"],
    ]);
  });

  test("passes on why there is no page", async () => {
    const { client } = aClient(answer({ code: 900_421 }, { status: 401 }));
    expect(await client.users(CUSTOMER, reader)).toEqual({
      kind: "notFound",
      status: 401,
      code: 900_421,
      why: "answered 401/900421",
      retryAfterMs: 0,
    });
  });
});

describe("a read", () => {
  test("of which there was no answer says when it may be tried again", async () => {
    const failure: Raw = { kind: "failure", sent: false, why: "held back" };
    expect(await aClient(failure).client.user(subject, reader)).toEqual({
      kind: "notFound",
      why: "held back",
      retryAfterMs: 0,
    });
    expect(await aClient({ ...failure, retryAfterMs: 7 }).client.user(subject, reader)).toMatchObject({
      retryAfterMs: 7,
    });
  });

  test.each([
    ["is another thing", answer({ id: 1 }, {}, { "retry-after": "3" })],
    ["broke off", answer(ana, { whole: false }, { "retry-after": "3" })],
  ])("finds nothing in a body that %s", async (_name, raw) => {
    expect(await aClient(raw).client.user(subject, reader)).toEqual({
      kind: "notFound",
      status: 200,
      why: "answered with a body that cannot be read",
      retryAfterMs: 3000,
    });
  });

  test("carries the token, and ids by which Microsoft finds it", async () => {
    const { client, sent } = aClient(answer(ana));
    await client.user(subject, reader);
    await client.heldLicenses(subject, reader);
    await client.subscribedSkus(CUSTOMER, reader);
    const userPath = `/v1/customers/${CUSTOMER}/users/${subject.userId}`;
    const groups = "?licenseGroupIds=Group1&licenseGroupIds=Group2";
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${userPath}`,
      `GET ${userPath}/licenses${groups}`,
      `GET /v1/customers/${CUSTOMER}/subscribedskus${groups}`,
    ]);
    expect(new Set(sent.map(({ headers }) => headers["ms-requestid"])).size).toBe(3);
    expect(new Set(sent.map(({ headers }) => headers["ms-correlationid"])).size).toBe(1);
    expect(sent[0]?.headers).toMatchObject({ authorization: "Bearer t", validatemfa: "true" });
  });
});

test("setUsageLocation() sends the location and nothing else of the user", async () => {
  const { client, sent } = aClient(answer(ana));
  expect(await client.setUsageLocation(subject, "NL", reader)).toMatchObject({ kind: "found" });
  expect(sent).toMatchObject([{ method: "PATCH", headers: { "content-type": "application/json" } }]);
  expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
    usageLocation: "NL",
    attributes: { objectType: "CustomerUser" },
  });
});

describe("updateLicenses()", () => {
  test("sends what is to be done, and null for a list that is not asked for", async () => {
    const { client, sent } = aClient(answer({}, { status: 201 }));
    const assign = [{ skuId: E3 }, { skuId: E5, excludedPlans: [PLAN_A] }];
    await client.updateLicenses(subject, { assign, remove: [] }, options);
    await client.updateLicenses(subject, { assign: [], remove: [E3] }, options);
    expect(sent.map(({ body = "" }) => JSON.parse(body) as unknown)).toEqual([
      {
        licensesToAssign: [
          { skuId: E3, excludedPlans: null },
          { skuId: E5, excludedPlans: [PLAN_A] },
        ],
        licensesToRemove: null,
      },
      { licensesToAssign: null, licensesToRemove: [E3] },
    ]);
  });

  test("has another id after an answer, and as a replay", async () => {
    const { client, sent } = aClient(answer({}, { status: 201 }));
    const wish = { assign: [{ skuId: E3 }], remove: [] };
    for (const more of [{}, {}, { answers: 1 }, { messageId: "request-1~1" }])
      await client.updateLicenses(subject, wish, { ...options, ...more });
    const ids = sent.map(({ headers }) => headers["ms-requestid"]);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });

  test("passes on what an answer says, with the server's own ids", async () => {
    const body = { code: 60_012, description: "none left" };
    const headers = { "retry-after": "2", "ms-cv": "cv", "ms-serverid": "s" };
    const { client } = aClient(answer(body, { status: 400 }, headers));
    const wish = { assign: [{ skuId: E3 }], remove: [] };
    expect(await client.updateLicenses(subject, wish, options)).toMatchObject({
      kind: "answered",
      status: 400,
      code: 60_012,
      description: "none left",
      readable: true,
      retryAfterMs: 2000,
      ids: { msCv: "cv", serverId: "s" },
    });
    const broken = aClient(answer(body, { whole: false })).client;
    expect(await broken.updateLicenses(subject, wish, options)).toMatchObject({ readable: false });
  });

  test("says of no answer whether it was sent, and when it may be tried again if that is known", async () => {
    const wish = { assign: [{ skuId: E3 }], remove: [] };
    const failure: Raw = { kind: "failure", sent: true, why: "no answer in time" };
    const found = await aClient(failure).client.updateLicenses(subject, wish, options);
    expect(found).toMatchObject({ kind: "noAnswer", sent: true, why: "no answer in time" });
    expect(found).not.toHaveProperty("retryAfterMs");
    const held = aClient({ ...failure, sent: false, retryAfterMs: 9 }).client;
    expect(await held.updateLicenses(subject, wish, options)).toMatchObject({ sent: false, retryAfterMs: 9 });
  });
});

describe("heldLicenses()", () => {
  const none = { totalCount: 0, items: [] };
  const read = (body: object) => aClient(answer(body)).client.heldLicenses(subject, reader);

  test.each([
    { errorCode: 60_012 },
    { errors: ["e"] },
    { isError: true },
    { status: 500 },
    { status: "500" },
    { TotalCount: 1 },
  ])("cannot read a list beside %j", async (more) => {
    expect(await read({ ...none, ...more })).toMatchObject({ kind: "notFound", status: 200 });
  });

  test("reads a list beside a status that is a word, or that of a success", async () => {
    expect(await read({ ...none, status: "active" })).toEqual({ kind: "found", value: [] });
    expect(await read({ ...none, status: 200, isError: false, errors: [] })).toMatchObject({ kind: "found" });
  });
});
