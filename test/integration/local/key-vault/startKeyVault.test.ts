import { DefaultAzureCredential, type TokenCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { startIdentity, type Identity } from "../../../../local/identity/startIdentity.ts";
import { createToken, LOCAL_ISSUER_KEY } from "../../../../local/identity/token.ts";
import { startKeyVault, type KeyVault } from "../../../../local/key-vault/startKeyVault.ts";

const AUDIENCE = "https://vault.azure.net";
let identity: Identity;
let vault: KeyVault;

beforeEach(async () => {
  identity = await startIdentity({ port: 0, header: "the-header" });
  vault = await startKeyVault({ port: 0, secrets: { "partner-token": "first" } });
  vi.stubEnv("IDENTITY_ENDPOINT", identity.endpoint);
  vi.stubEnv("IDENTITY_HEADER", identity.header);
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");
});
afterEach(async () => {
  await Promise.all([identity.close(), vault.close()]);
});

const connect = (credential: TokenCredential = new DefaultAzureCredential()): SecretClient =>
  new SecretClient(vault.url, credential, {
    allowInsecureConnection: true,
    disableChallengeResourceVerification: true,
    retryOptions: { maxRetries: 0 },
  });

const withToken = (token: string): TokenCredential => ({
  getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
});

test("startKeyVault() serves a secret to SecretClient after its challenge", async () => {
  const { name, value, properties } = await connect().getSecret("partner-token");

  expect({ name, value }).toEqual({ name: "partner-token", value: "first" });
  expect(properties).toMatchObject({ enabled: true, vaultUrl: vault.url });
  expect(properties.version).toMatch(/^[0-9a-f]{32}$/);
  expect(vault.reads()).toBe(1);
});

test("startKeyVault() answers without a token by a challenge only", async () => {
  const response = await fetch(`${vault.url}/secrets/partner-token?api-version=2026-04-01`);

  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toMatch(
    /^Bearer authorization="https:.*", resource="https:.*"$/,
  );
  expect(await response.text()).not.toContain("first");
  expect(vault.reads()).toBe(0);
});

test("startKeyVault() keeps every version and serves the newest", async () => {
  const client = connect();
  const older = await client.getSecret("partner-token");
  const newer = await client.setSecret("partner-token", "second", {
    contentType: "text/plain",
    tags: { by: "test" },
  });
  const thirdVersion = vault.set("partner-token", "third");

  expect(await client.getSecret("partner-token")).toMatchObject({
    value: "third",
    properties: { version: thirdVersion },
  });
  expect(await client.getSecret("partner-token", { version: newer.properties.version ?? "" })).toMatchObject({
    value: "second",
    properties: { contentType: "text/plain", tags: { by: "test" } },
  });
  expect(await client.getSecret("PARTNER-token", { version: older.properties.version ?? "" })).toMatchObject({
    value: "first",
  });
  const listed: (string | undefined)[] = [];
  for await (const { version } of client.listPropertiesOfSecretVersions("partner-token"))
    listed.push(version);
  expect(listed).toEqual([thirdVersion, newer.properties.version, older.properties.version]);
});

test("startKeyVault() answers 403 for a disabled version", async () => {
  const client = connect();
  const { properties } = await client.getSecret("partner-token");

  await client.updateSecretProperties("partner-token", properties.version ?? "", { enabled: false });

  await expect(client.getSecret("partner-token")).rejects.toMatchObject({
    statusCode: 403,
    code: "Forbidden",
  });
  await client.updateSecretProperties("partner-token", properties.version ?? "", { enabled: true });
  expect(await client.getSecret("partner-token")).toMatchObject({ value: "first" });
});

test.each([
  [403, "Forbidden"],
  [404, "SecretNotFound"],
  [429, "Throttled"],
  [500, "InternalServerError"],
  [503, "ServiceUnavailable"],
] as const)("startKeyVault() answers %i on demand, as often as asked", async (status, code) => {
  const client = connect();
  vault.faults.answer(status, 1);

  await expect(client.getSecret("partner-token")).rejects.toMatchObject({ statusCode: status, code });
  expect(await client.getSecret("partner-token")).toMatchObject({ value: "first" });
  expect(vault.reads()).toBe(2);
});

test("startKeyVault() troubles the secret named, until cleared", async () => {
  vault.set("other", "fine");
  const client = connect();
  vault.faults.answer(403, "always", "partner-token");

  expect(await client.getSecret("other")).toMatchObject({ value: "fine" });
  await expect(client.getSecret("partner-token")).rejects.toMatchObject({ statusCode: 403 });
  await expect(client.getSecret("partner-token")).rejects.toMatchObject({ statusCode: 403 });
  vault.faults.clear();
  expect(await client.getSecret("partner-token")).toMatchObject({ value: "first" });
});

test("startKeyVault() answers 404 in Key Vault's words", async () => {
  await expect(connect().getSecret("missing")).rejects.toMatchObject({
    statusCode: 404,
    code: "SecretNotFound",
    message: "A secret with (name/id) missing was not found in this key vault.",
  });
});

const HOUR_MS = 3_600_000;
test.each([
  [
    "of another audience",
    { audience: "https://graph.microsoft.com", key: LOCAL_ISSUER_KEY, nowMs: Date.now() },
  ],
  [
    "that is expired",
    { audience: AUDIENCE, key: LOCAL_ISSUER_KEY, nowMs: Date.now() - HOUR_MS, lifetimeMs: HOUR_MS },
  ],
  ["of another issuer", { audience: AUDIENCE, key: "another", nowMs: Date.now() }],
])("startKeyVault() refuses a token %s", async (_, token) => {
  await expect(connect(withToken(createToken(token))).getSecret("partner-token")).rejects.toMatchObject({
    statusCode: 401,
    code: "Unauthorized",
  });
});

test("startKeyVault() takes secrets of up to 25 KiB", async () => {
  const client = connect();

  await client.setSecret("large", "x".repeat(25 * 1024));
  await expect(client.setSecret("large", "x".repeat(25 * 1024 + 1))).rejects.toMatchObject({
    statusCode: 400,
    code: "BadParameter",
  });
  expect(() => vault.set("no_underscores", "x")).toThrow(RangeError);
});

test("startKeyVault() names the setting that changes a taken port", async () => {
  await expect(startKeyVault({ port: vault.port })).rejects.toThrow(
    `Cannot start Key Vault: port ${vault.port} is taken; set LOCAL_KEY_VAULT_PORT to a free port`,
  );
});
