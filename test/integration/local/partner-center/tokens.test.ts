import { describe, expect, test } from "vitest";

import { customers, skus, users } from "../../../../local/partner-center/seed.ts";
import { createToken } from "../../../../local/partner-center/token.ts";
import { assigning, openStage } from "./stage.ts";

const ANA = `/v1/customers/${customers.contoso}/users/${users.contoso.ana}`;
const HOUR_MS = 60 * 60 * 1000;
const tampered = `${createToken().slice(0, -4)}AAAA`;

describe("a call without a good token", () => {
  test.each([
    ["none", null],
    ["one that is no JSON Web Token", "secret"],
    ["one that was signed elsewhere", tampered],
  ])("(%s) is answered by the gateway with a challenge", async (_, token) => {
    await using stage = await openStage();
    const told = await stage.ask(ANA, { token });
    expect(told).toMatchObject({ status: 401, json: { statusCode: 401 } });
    expect(told.header("www-authenticate")).toBeTruthy();
  });

  test.each([
    ["expired", { issuedAtMs: Date.now() - HOUR_MS - 1000 }, 401, 400],
    ["for another service", { audience: "https://graph.windows.net" }, 401, 900420],
    ["without MFA", { mfa: false }, 401, 900421],
    ["of the application alone", { kind: "app" }, 403, 900329],
    ["from generatetoken", { kind: "partner" }, 400, 900316],
  ] as const)("(one %s) is refused and changes nothing", async (_, options, status, code) => {
    await using stage = await openStage();
    const told = await stage.update(assigning(skus.e3), { token: createToken(options) });
    expect(told).toMatchObject({ status, code });
    expect(stage.partnerCenter.journal()).toEqual([]);
  });
});

test("a token from generatetoken is good enough for a read", async () => {
  await using stage = await openStage();
  expect((await stage.ask(ANA, { token: createToken({ kind: "partner" }) })).status).toBe(200);
});

test.each(["https://api.partnercenter.microsoft.com/", "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"])(
  "a token for %s is for Partner Center",
  async (audience) => {
    await using stage = await openStage();
    expect((await stage.ask(ANA, { token: createToken({ audience }) })).status).toBe(200);
  },
);

test("revokeTokens() ends the tokens there are, and none that comes later, even in the same instant", async () => {
  await using stage = await openStage();
  for (const _ of Array.from({ length: 20 })) {
    const before = createToken();
    stage.partnerCenter.revokeTokens();
    const after = createToken();
    expect(await stage.ask(ANA, { token: before })).toMatchObject({ status: 401, code: 400 });
    expect((await stage.ask(ANA, { token: after })).status).toBe(200);
  }
});

describe("MFA", () => {
  test.each([true, false])("is reported when asked for: %s", async (mfa) => {
    await using stage = await openStage();
    const token = createToken({ mfa });
    const told = await stage.ask(ANA, { token, headers: { ValidateMfa: "true" } });
    expect(told.header("ismfacompliant")).toBe(String(mfa));
    expect((await stage.ask(ANA, { token })).header("ismfacompliant")).toBeUndefined();
  });

  test("may be missing, or be refused in the older form, where the settings say so", async () => {
    await using stage = await openStage({ settings: { withoutMfa: "refuseWithoutBody" } });
    const token = createToken({ mfa: false });
    const told = await stage.ask(ANA, { token });
    expect(told).toMatchObject({ status: 401, reason: "Unauthorized - MFA required" });
    expect(told.bytes).toHaveLength(0);
    expect(told.header("www-authenticate")).toContain("invalid_token");
    stage.partnerCenter.updateSettings({ withoutMfa: "accept" });
    expect((await stage.ask(ANA, { token })).status).toBe(200);
  });
});
