import { createServer } from "node:http";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { closeServer } from "../../local/closeServer.ts";
import { listen } from "../../local/listen.ts";
import { plans } from "../../local/partner-center/products.ts";
import { customers, skus, userNameOf, users } from "../../local/partner-center/seed.ts";
import {
  startPartnerCenter,
  type PartnerCenter as Server,
} from "../../local/partner-center/startPartnerCenter.ts";
import { createToken } from "../../local/partner-center/token.ts";
import { causeRows } from "../../shared/outcome/causes.ts";
import { classify } from "../../shared/outcome/classify.ts";
import {
  makeClient,
  type CallOptions,
  type PartnerCenterClient,
} from "../../shared/partner-center/client.ts";
import { makeTransport, type Transport } from "../../shared/partner-center/transport.ts";
import { remainingOf } from "../../shared/sku/remaining.ts";
import { resolve } from "../../shared/sku/resolve.ts";
import { isEmpty } from "../../shared/sku/wish.ts";
import { aRequest } from "../support/builders.ts";

let server: Server;
let transport: Transport;
let client: PartnerCenterClient;

const connectTo = (url: string): PartnerCenterClient => {
  transport = makeTransport({
    baseUrl: new URL(url),
    connectTimeoutMs: 1000,
    answerTimeoutMs: 1000,
    connectionsMax: 4,
  });
  return makeClient(transport.send, Date.now);
};

beforeEach(async () => {
  server = await startPartnerCenter({ port: 0 });
  client = connectTo(server.url);
});

afterEach(async () => {
  await server.close();
  await transport.close();
});

const token = createToken();
const options = { token, answers: 0 };
const reader = { token, requestId: "request-1" };

/** The call for a request whose SKUs are named by id. */
const updateLicenses = (request: ReturnType<typeof aRequest>, given: Omit<CallOptions, "requestId">) => {
  const resolved = resolve(request, []);
  if (resolved.kind === "unknown") throw new Error(resolved.why);
  return client.updateLicenses(request, resolved.wish, { ...given, requestId: request.requestId });
};
const ana = (fields: Readonly<Record<string, unknown>> = {}) =>
  aRequest({
    customerId: customers.contoso,
    userId: users.contoso.ana,
    licensesToAssign: [{ skuId: skus.e3 }],
    ...fields,
  });

describe("updateLicenses()", () => {
  test.each([200, 201] as const)(
    "takes %i as success, with a byte-order mark and without",
    async (successStatus) => {
      for (const byteOrderMark of [true, false]) {
        server.updateSettings({ successStatus, byteOrderMark });
        expect(await updateLicenses(ana({ requestId: `bom-${byteOrderMark}` }), options)).toMatchObject({
          kind: "answered",
          status: successStatus,
          readable: true,
        });
      }
    },
  );

  test("sends the documented call and headers", async () => {
    const wish = ana({
      userId: users.contoso.dario,
      licensesToAssign: [{ skuId: skus.e5 }],
      licensesToRemove: [skus.e3],
    });
    await updateLicenses(wish, options);
    await updateLicenses(wish, { ...options, answers: 1 });
    const [first, second] = server.calls();
    expect(first?.path).toBe(
      `/v1/customers/${customers.contoso}/users/${users.contoso.dario}/licenseupdates`,
    );
    expect(first?.msRequestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(second?.msRequestId).not.toBe(first?.msRequestId);
    expect(second?.correlationId).toBe(first?.correlationId);
    expect(server.journal()).toMatchObject([{ assigned: [{ skuId: skus.e5 }], removed: [skus.e3] }]);
  });

  test("encodes a guest's user principal name into the path", async () => {
    const answer = await updateLicenses(ana({ userId: userNameOf("contoso", "gina") }), options);
    expect(answer).toMatchObject({ status: 201 });
    expect(server.calls()[0]?.path).toContain("gina_partner.example%23EXT%23%40contoso");
  });

  test("keeps the warnings of a success", async () => {
    const answer = await updateLicenses(ana({ licensesToAssign: [{ skuId: skus.project }] }), options);
    expect(answer).toMatchObject({ status: 201, warnings: [{ code: expect.any(String) as unknown }] });
  });

  test("repeats under the same id are applied once", async () => {
    await updateLicenses(ana(), options);
    await updateLicenses(ana(), options);
    expect(server.journal()).toHaveLength(1);
  });

  test.each([
    ["no seats", { licensesToAssign: [{ skuId: skus.visio }] }, "no-seats"],
    [
      "Conditional Access",
      { customerId: customers.fabrikam, userId: users.fabrikam.ana },
      "conditional-access",
    ],
    ["GDAP role", { customerId: customers.northwind, userId: users.northwind.ana }, "gdap-role-missing"],
    ["unknown user", { userId: "nobody@contoso.com" }, "user-not-found"],
    ["unknown customer", { customerId: "99999999-9999-4999-8999-999999999999" }, "customer-not-found"],
    ["no usage location", { userId: users.contoso.noor }, "invalid-request"],
  ])("reads the refusal: %s", async (_name, fields, category) => {
    const verdict = classify(await updateLicenses(ana(fields), options));
    expect(verdict).toMatchObject({ kind: "refused", cause: { category } });
  });

  test.each([
    ["partner", "token-kind"],
    ["app", "token-app-only"],
  ] as const)("reads the refusal of a token of kind %s", async (kind, category) => {
    const answer = await updateLicenses(ana(), { token: createToken({ kind }), answers: 0 });
    expect(classify(answer)).toMatchObject({ kind: "refused", cause: { kind: "token", category } });
  });

  test.each(causeRows.map(({ status, code, category }) => [status, code, category] as const))(
    "reads %i/%s over the wire as %s",
    async (status, code, category) => {
      server.addFault({ action: { kind: "answer", status, ...(code === undefined ? {} : { code }) } });
      const verdict = classify(await updateLicenses(ana(), options));
      expect(
        verdict.kind === "refused" ? verdict.cause.category : verdict.kind === "retry" && verdict.category,
      ).toBe(category);
    },
  );

  test.each([
    ["an HTML page", "<html><body>Bad gateway</body></html>"],
    ["nothing", undefined],
  ])("reads 502 with %s in the body", async (_name, body) => {
    server.addFault({ action: { kind: "answer", status: 502, ...(body === undefined ? {} : { body }) } });
    expect(await updateLicenses(ana(), options)).toMatchObject({ status: 502 });
  });

  test("reads Retry-After as seconds and as a date", async () => {
    server.addFault({ action: { kind: "answer", status: 429, headers: { "retry-after": "57" } } });
    expect(await updateLicenses(ana(), options)).toMatchObject({ retryAfterMs: 57_000 });
    const date = new Date(Date.now() + 90_000).toUTCString();
    server.addFault({ action: { kind: "answer", status: 429, headers: { "retry-after": date } } });
    const answer = await updateLicenses(ana(), options);
    const waitMs = answer.kind === "answered" ? (answer.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(85_000);
    expect(waitMs).toBeLessThanOrEqual(90_000);
  });

  test.each([
    ["hang", "no answer in time"],
    ["applyThenHang", "no answer in time"],
    ["reset", "no answer: ECONNRESET"],
    ["applyThenReset", "no answer: ECONNRESET"],
  ] as const)("says of %s that there was no answer, and that it may have been applied", async (kind, why) => {
    server.addFault({ action: { kind } });
    expect(await updateLicenses(ana(), options)).toMatchObject({ kind: "noAnswer", sent: true, why });
  });

  test("says of a token that no header can carry that nothing was sent", async () => {
    const answer = await updateLicenses(ana(), { ...options, token: "a\nb" });
    expect(answer).toMatchObject({ kind: "noAnswer", sent: false });
  });

  test("says of a refused connection that nothing was sent", async () => {
    await server.close();
    expect(await updateLicenses(ana(), options)).toMatchObject({
      kind: "noAnswer",
      sent: false,
      why: "no answer: ECONNREFUSED",
    });
    server = await startPartnerCenter({ port: 0 });
  });

  test.each([
    ["cut off", { kind: "truncate" }],
    ["too large", { kind: "hugeBody", bytes: 70_000 }],
    ["dripping", { kind: "slowBody", everyMs: 200 }],
  ] as const)("does not believe a success whose body is %s", async (_name, action) => {
    server.addFault({ action });
    const answer = await updateLicenses(ana(), options);
    expect(classify(answer)).toMatchObject({
      kind: "unclear",
      why: expect.stringMatching(/broke off|without a body/) as unknown,
    });
  });
});

test.each([
  ["GET", 8 * 1024 * 1024],
  ["POST", 64 * 1024],
] as const)("a %s reads an answer of %i bytes, and no larger one", async (method, maxBytes) => {
  let bytes = maxBytes;
  const large = createServer((_request, response) => {
    response.end(Buffer.alloc(bytes, "x"));
  });
  const port = await listen(large, { part: "test", setting: "-", port: 0 });
  connectTo(`http://127.0.0.1:${port}/below/`);
  const call = { method, customerId: "c", path: "/", headers: {} } as const;
  const whole = await transport.send(call);
  expect(whole).toMatchObject({ kind: "response", whole: true, body: { length: maxBytes } });
  bytes += 1;
  expect(await transport.send(call)).toMatchObject({ whole: false, body: { length: 0 } });
  await closeServer(large);
});

describe("reading back", () => {
  const wish = ana({ licensesToAssign: [{ skuId: skus.e3, excludedPlans: [plans.yammer.id] }] });

  const fulfilled = async (): Promise<boolean> => {
    const held = await client.heldLicenses(wish, reader);
    const catalog = await client.subscribedSkus(wish.customerId, reader);
    if (held.kind !== "found" || catalog.kind !== "found") throw new Error("not found");
    const resolved = resolve(wish, catalog.value);
    return resolved.kind === "wish" && isEmpty(remainingOf(resolved.wish, held.value, catalog.value));
  };

  test.each(["asDisabled", "notAtAll"] as const)(
    "sees excluded plans that show %s",
    async (excludedPlansShow) => {
      server.updateSettings({ excludedPlansShow });
      expect(await fulfilled()).toBe(false);
      await updateLicenses(ana(), options);
      expect(await fulfilled()).toBe(false);
      await updateLicenses(wish, { ...options, answers: 1 });
      expect(await fulfilled()).toBe(true);
    },
  );

  test("finds licenses of both groups", async () => {
    const request = ana({ licensesToAssign: [{ skuId: skus.minecraft }] });
    await updateLicenses(request, options);
    expect(await client.heldLicenses(request, reader)).toMatchObject({
      kind: "found",
      value: [{ skuId: skus.minecraft }],
    });
  });

  test("reads the SKUs of a customer who has very many", async () => {
    server.addFault({ match: { path: "subscribedskus" }, action: { kind: "hugeBody", bytes: 1_000_000 } });
    expect(await client.subscribedSkus(customers.contoso, reader)).toMatchObject({ kind: "found" });
  });

  test("pages through the users of a customer", async () => {
    const first = await client.users(customers.contoso, reader);
    expect(first).toMatchObject({ kind: "found", value: { users: { length: 8 } } });
  });

  test("sets the usage location of a user, and reads it", async () => {
    const noor = { customerId: ana().customerId, userId: users.contoso.noor };
    expect(await client.user(noor, reader)).toMatchObject({ value: { usageLocation: undefined } });
    await client.setUsageLocation(noor, "NL", reader);
    expect(await client.user(noor, reader)).toMatchObject({ value: { usageLocation: "NL" } });
  });

  test("says why it finds nothing", async () => {
    server.addFault({ action: { kind: "answer", status: 429, headers: { "retry-after": "3" } } });
    expect(await client.heldLicenses(wish, reader)).toEqual({
      kind: "notFound",
      status: 429,
      why: "answered 429",
      retryAfterMs: 3000,
    });
  });
});
