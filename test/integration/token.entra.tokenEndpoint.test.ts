import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { closeServer } from "../../local/closeServer.ts";
import {
  LOCAL_APP_ID,
  LOCAL_CLIENT_SECRET,
  LOCAL_REFRESH_TOKEN,
  LOCAL_TENANT_ID,
  startEntra,
  type Entra,
} from "../../local/entra/startEntra.ts";
import { listen } from "../../local/listen.ts";
import { CredentialError, readAppCredential } from "../../shared/token/entra/appCredential.ts";
import { makeTokenEndpoint } from "../../shared/token/entra/tokenEndpoint.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import { selfSigned } from "../support/certificate.ts";

let entra: Entra;
beforeEach(async () => {
  entra = await startEntra({ port: 0 });
});
afterEach(() => entra.close());

const endpoint = (app: { readonly tenantId?: string; readonly clientId?: string } = {}) =>
  makeTokenEndpoint(
    { tenantId: LOCAL_TENANT_ID, clientId: LOCAL_APP_ID, authority: new URL(entra.url), ...app },
    Date.now,
  );
const secret = readAppCredential(LOCAL_CLIENT_SECRET);

describe("refresh()", () => {
  test("gives an access token that license calls take, and a new refresh token", async () => {
    const grant = await endpoint().refresh(LOCAL_REFRESH_TOKEN, secret);
    expect(grant).toMatchObject({ kind: "tokens", expiresInSeconds: 3600 });
    if (grant.kind !== "tokens") return;
    expect(readPartnerToken(grant.accessToken).problems).toEqual([]);
    expect(grant.refreshToken).not.toBe(LOCAL_REFRESH_TOKEN);
    expect(await endpoint().refresh(grant.refreshToken ?? "", secret)).toMatchObject({ kind: "tokens" });
  });

  test("proves itself by a certificate", async () => {
    const pem = selfSigned();
    entra.useCertificate(pem);
    expect(await endpoint().refresh(LOCAL_REFRESH_TOKEN, readAppCredential(pem))).toMatchObject({
      kind: "tokens",
    });
    expect(await endpoint().refresh(LOCAL_REFRESH_TOKEN, readAppCredential(selfSigned()))).toMatchObject({
      kind: "refused",
      failure: { category: "app-credential" },
    });
  });

  test.each([
    ["a wrong client secret", {}, "wrong", "app-credential"],
    ["an app that is not there", { clientId: LOCAL_TENANT_ID }, LOCAL_CLIENT_SECRET, "app-settings"],
    ["a tenant that is not there", { tenantId: "nowhere.example" }, LOCAL_CLIENT_SECRET, "app-settings"],
  ])("says what to do about %s", async (_what, app, value, category) => {
    const grant = await endpoint(app).refresh(LOCAL_REFRESH_TOKEN, readAppCredential(value));
    expect(grant).toMatchObject({ kind: "refused", failure: { category } });
  });

  test.each([50_076, 700_082, 65_001])("takes AADSTS%i for the end of the refresh token", async (code) => {
    entra.fault({ kind: "refuse", error: "invalid_grant", code });
    expect(await endpoint().refresh(LOCAL_REFRESH_TOKEN, secret)).toMatchObject({
      kind: "refused",
      codes: [code],
      failure: { category: "consent-needed" },
    });
  });

  test("sends no credential when Microsoft Entra calls the client public", async () => {
    entra.fault({ kind: "refuse", error: "invalid_client", code: 700_025 });
    const grant = await endpoint().refresh(LOCAL_REFRESH_TOKEN, secret);
    expect([grant.kind, entra.requests()]).toEqual(["refused", 2]);
  });

  test.each([
    ["an outage", { kind: "answer", status: 503, body: "" }, "answered 503"],
    ["HTML in place of tokens", { kind: "answer", status: 200, body: "<html>" }, "answered 200"],
    ["a reset", { kind: "reset" }, "no answer: ECONNRESET"],
  ] as const)("calls %s something that passes", async (_what, fault, why) => {
    entra.fault(fault);
    const grant = await endpoint().refresh(LOCAL_REFRESH_TOKEN, secret);
    expect(grant).toMatchObject({ kind: "notNow", why: expect.stringContaining(why) as unknown });
  });
});

test("a device code is pending until the person has signed in", async () => {
  const device = await endpoint().deviceCode();
  if ("kind" in device) throw new Error(device.kind);
  expect(device).toMatchObject({ userCode: "LOCAL-CODE", verificationUri: `${entra.url}/signin` });
  expect(device.intervalMs).toBeGreaterThanOrEqual(1000);
  expect(device.expiresInMs).toBeGreaterThan(device.intervalMs);
  expect(await endpoint().redeem(device.deviceCode, secret)).toEqual({ kind: "pending", slowDown: false });
  entra.signIn();
  expect(await endpoint().redeem(device.deviceCode, secret)).toMatchObject({ kind: "tokens" });
});

describe("deviceCode()", () => {
  /** What a token endpoint that answers so comes to. */
  const against = async (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    const port = await listen(server, { part: "test", setting: "-", port: 0 });
    const authority = new URL(`http://127.0.0.1:${port}/`);
    const answered = await makeTokenEndpoint(
      { tenantId: LOCAL_TENANT_ID, clientId: LOCAL_APP_ID, authority },
      Date.now,
    ).deviceCode();
    await closeServer(server);
    return answered;
  };
  const notNow = (why: string, retryAfterMs = 0) => ({ kind: "notNow", why, retryAfterMs });
  const device = { device_code: "d", user_code: "u", verification_uri: "https://microsoft.com/devicelogin" };

  test("is what a person needs, for 15 minutes and every five seconds unless it is said otherwise", async () => {
    expect(await against(200, JSON.stringify(device))).toEqual({
      deviceCode: "d",
      userCode: "u",
      verificationUri: "https://microsoft.com/devicelogin",
      intervalMs: 5000,
      expiresInMs: 900_000,
    });
    const told = JSON.stringify({ ...device, interval: 2, expires_in: "60" });
    expect(await against(200, told)).toMatchObject({ intervalMs: 2000, expiresInMs: 60_000 });
  });

  test("is refused for a tenant that is not there", async () => {
    expect(await endpoint({ tenantId: "nowhere.example" }).deviceCode()).toMatchObject({ kind: "refused" });
  });

  test("does not come now, and why not", async () => {
    expect(await against(503, "", { "retry-after": "7" })).toEqual(notNow("answered 503", 7000));
    const unreadable = "answered with a body that cannot be read";
    expect(await against(200, '{"access_token":"t"}')).toEqual(notNow(unreadable));
    expect(await against(400, JSON.stringify({ error: "slow_down" }))).toEqual(notNow(unreadable));
    expect(await against(400, JSON.stringify(device))).toEqual(notNow("answered 400"));
    const { url } = entra;
    await entra.close();
    const gone = { tenantId: LOCAL_TENANT_ID, clientId: LOCAL_APP_ID, authority: new URL(url) };
    expect(await makeTokenEndpoint(gone, Date.now).deviceCode()).toEqual(notNow("no answer: ECONNREFUSED"));
    entra = await startEntra({ port: 0 });
  });

  test("is read up to 256 KiB", async () => {
    const text = JSON.stringify(device);
    expect(await against(200, text.padEnd(256 * 1024))).toMatchObject({ deviceCode: "d" });
    expect(await against(200, text.padEnd(256 * 1024 + 1))).toEqual(
      notNow("answered with a body that is too large"),
    );
  });
});

describe("readAppCredential()", () => {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  test.each([
    [
      "a key without its certificate",
      key.export({ type: "pkcs8", format: "pem" }).toString(),
      "certificate is missing",
    ],
    ["a key in an older form", key.export({ type: "pkcs1", format: "pem" }).toString(), "PKCS #8"],
    ["a PKCS #12", `MII${"A".repeat(2000)}`, "application/x-pem-file"],
  ])("says what is wrong with %s", (_what, value, words) => {
    expect(() => readAppCredential(value)).toThrow(CredentialError);
    expect(() => readAppCredential(value)).toThrow(words);
  });

  test("takes anything else for a client secret", () => {
    expect(readAppCredential("abc~8Q~x")).toEqual({ kind: "secret", secret: "abc~8Q~x" });
  });
});
