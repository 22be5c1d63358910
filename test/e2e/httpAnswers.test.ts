import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { correlationIdOf } from "../../shared/partner-center/requestId.ts";
import { startRelay, type Relay } from "../support/relay.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
}, 60_000);
afterAll(() => relay.close());

const good = (requestId: string) => ({
  requestId,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [{ skuId: skus.e3, excludedPlans: null }],
});

/** A POST without Content-Length, which fetch cannot be made to send. */
const chunked = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = { "x-functions-key": "local", "content-type": "application/json" };
    const call = httpRequest(`${url}/api/license-updates`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once("error", reject);
    call.write("{");
    call.end("}");
  });

describe("POST /api/license-updates", () => {
  test("answers 202 with the id and where to ask for it, and applies the request", async () => {
    const response = await relay.submit(good("http-202"));
    expect(response.status).toBe(202);
    const statusUrl = `${relay.host().url}/api/license-updates/http-202`;
    expect(response.headers.get("location")).toBe(statusUrl);
    expect(await response.json()).toEqual({ requestId: "http-202", status: "accepted", statusUrl });
    expect(await relay.ends.first("http-202", 10_000)).toMatchObject({ outcome: "applied", status: 201 });
  });

  test("answers the same request again the same, and applies it once", async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => relay.submit({ ...good("http-again"), userId: users.contoso.ben })),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await relay.ends.first("http-again", 10_000);
    const isOurs = ({ correlationId }: { correlationId: string }) =>
      correlationId === correlationIdOf("http-again");
    expect(relay.partnerCenter.journal().filter(isOurs)).toHaveLength(1);
  });

  test("takes the id from Idempotency-Key, and makes one when there is none", async () => {
    const { requestId: _none, ...body } = good("x");
    const named = await relay.submit(body, { "idempotency-key": '"key-1"' });
    expect(await named.json()).toMatchObject({ requestId: "key-1" });
    const made = await relay.submit(body);
    expect(await made.json()).toMatchObject({
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
  });

  test("answers 400 with every problem", async () => {
    const response = await relay.submit({ ...good("a b"), customerId: "acme", extra: 1 });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      status: 400,
      errors: [{ pointer: "/requestId" }, { pointer: "/customerId" }, { pointer: "/extra" }],
    });
  });

  test("answers 401 without a word for a wrong key", async () => {
    const response = await relay.submit(good("http-401"), { "x-functions-key": "locaL" });
    expect([response.status, await response.text()]).toEqual([401, ""]);
  });

  test("answers 411 for a chunked body", async () => {
    expect(await chunked(relay.host().url)).toBe(411);
  });
});

describe("GET /api/health", () => {
  test("answers 200 without a key when all is well", async () => {
    const response = await fetch(`${relay.host().url}/api/health`);
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        status: "healthy",
        checks: Object.fromEntries(
          ["queue", "vault", "ledger", "tickets", "token", "deadLetters"].map((name) => [
            name,
            { status: "healthy" },
          ]),
        ),
        // Requests of the tests before may still wait for their turn
        pace: expect.objectContaining({
          customersSlowed: 0,
          waiting: expect.any(Number) as unknown,
          throttled: 0,
        }) as unknown,
      },
    ]);
  });
});

test("GET /api/openapi.json answers without a key", async () => {
  const response = await fetch(`${relay.host().url}/api/openapi.json`);
  expect([response.status, await response.json()]).toMatchObject([200, { info: { title: "license-relay" } }]);
});
