import { DefaultAzureCredential } from "@azure/identity";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import { startIdentity, type Identity } from "../../../../local/identity/startIdentity.ts";
import { findTokenProblem, LOCAL_ISSUER_KEY } from "../../../../local/identity/token.ts";

const AppServiceAnswer = z.looseObject({ access_token: z.string(), expires_on: z.string() });
const RESOURCE = "https://vault.azure.net";
let identity: Identity;

beforeEach(async () => {
  identity = await startIdentity({ port: 0, header: "the-header" });
});
afterEach(() => identity.close());

const ask = (query: Record<string, string>, header = identity.header): Promise<Response> =>
  fetch(`${identity.endpoint}?${new URLSearchParams(query).toString()}`, {
    headers: { "x-identity-header": header },
  });

test("startIdentity() gives DefaultAzureCredential a token for the resource, good for a day", async () => {
  vi.stubEnv("IDENTITY_ENDPOINT", identity.endpoint);
  vi.stubEnv("IDENTITY_HEADER", identity.header);
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");

  const { token, expiresOnTimestamp } = await new DefaultAzureCredential().getToken(`${RESOURCE}/.default`);

  const check = { audience: RESOURCE, key: LOCAL_ISSUER_KEY, nowMs: Date.now() };
  expect(findTokenProblem(token, check)).toBeUndefined();
  expect(findTokenProblem(token, { ...check, audience: "https://graph.microsoft.com" })).toBe(
    "wrong audience",
  );
  expect((expiresOnTimestamp - Date.now()) / 3_600_000).toBeCloseTo(24, 1);
});

test("startIdentity() answers in the form of App Service", async () => {
  const response = await ask({ "api-version": "2019-08-01", resource: RESOURCE, client_id: "mine" });

  expect(response.status).toBe(200);
  const { access_token, expires_on, ...rest } = AppServiceAnswer.parse(await response.json());
  expect(access_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(expires_on).toMatch(/^\d+$/);
  expect(rest).toEqual({ resource: RESOURCE, token_type: "Bearer", client_id: "mine" });
});

test("startIdentity() answers 401 to a wrong header", async () => {
  const response = await ask({ "api-version": "2019-08-01", resource: RESOURCE }, "another");

  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    statusCode: 401,
    message: "Cannot give a token: the X-IDENTITY-HEADER header does not match IDENTITY_HEADER",
  });
});

test.each([
  ["no api-version", { resource: RESOURCE }, "api-version must be 2019-08-01"],
  ["no resource", { "api-version": "2019-08-01" }, "resource is missing"],
  [
    "two identities",
    { "api-version": "2019-08-01", resource: RESOURCE, client_id: "a", object_id: "b" },
    "at most one of client_id, object_id is allowed",
  ],
])("startIdentity() answers 400 to %s", async (_, query, problem) => {
  const response = await ask(query);

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ statusCode: 400, message: `Cannot give a token: ${problem}` });
});

test("startIdentity() names the setting that changes a taken port", async () => {
  await expect(startIdentity({ port: identity.port, header: "x" })).rejects.toThrow(
    `Cannot start managed identity endpoint: port ${identity.port} is taken; set LOCAL_IDENTITY_PORT to a free port`,
  );
});
