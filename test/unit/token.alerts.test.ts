import { describe, expect, test } from "vitest";

import { createToken, type TokenOptions } from "../../local/partner-center/token.ts";
import { judgeTokens, type TokenFacts } from "../../shared/token/alerts.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * 60 * 60_000;

const access = (options: TokenOptions = {}) => readPartnerToken(createToken({ issuedAtMs: NOW, ...options }));
const judge = (facts: Partial<TokenFacts>): readonly string[] =>
  judgeTokens({
    nowMs: NOW,
    access: access(),
    refreshCreatedAtMs: NOW,
    isRenewing: true,
    stopped: undefined,
    failedWhy: undefined,
    gateCategory: undefined,
    isWithoutMfa: false,
    ...facts,
  }).map(({ severity, id }) => `${severity} ${id}`);

describe("judgeTokens()", () => {
  test("has nothing to say of good tokens", () => {
    expect(judge({})).toEqual([]);
  });

  test.each([
    [44, []],
    [45, ["notice refresh-token-50-percent"]],
    [63, ["warning refresh-token-70-percent"]],
    [81, ["critical refresh-token-90-percent"]],
    [200, ["critical refresh-token-90-percent"]],
  ])("a refresh token of %i days: %o", (days, alerts) => {
    expect(judge({ refreshCreatedAtMs: NOW - days * DAY_MS })).toEqual(alerts);
  });

  test.each<[string, Partial<TokenFacts>, readonly string[]]>([
    ["no mfa", { access: access({ mfa: false }) }, ["critical access-token-no-mfa-in-amr"]],
    [
      "the wrong audience",
      { access: access({ audience: "https://graph.windows.net" }) },
      ["critical access-token-wrong-audience"],
    ],
    [
      "the kind that 900316 refuses",
      { access: access({ kind: "partner" }) },
      ["critical access-token-partner-token-of-generatetoken"],
    ],
    ["no user in it", { access: access({ kind: "app" }) }, ["critical access-token-not-an-app-user-token"]],
    [
      "text that is no token",
      { access: readPartnerToken("abc") },
      ["critical access-token-not-a-json-web-token"],
    ],
    ["five minutes left", { access: access({ lifetimeSeconds: 300 }) }, ["warning access-token-not-renewed"]],
    ["no time left", { access: access({ lifetimeSeconds: -1 }) }, ["critical access-token-expired"]],
    ["no token at all", { access: undefined }, ["critical access-token-missing"]],
    ["a closed gate", { gateCategory: "token-mfa" }, ["critical token-gate-closed"]],
    ["Partner Center's word on MFA", { isWithoutMfa: true }, ["critical token-not-mfa-compliant"]],
    [
      "a renewal that has stopped",
      { stopped: { category: "consent-needed", meaning: "m", remedy: "r" } },
      ["critical renewal-stopped-consent-needed"],
    ],
  ])("%s", (_what, facts, alerts) => {
    expect(judge(facts)).toEqual(alerts);
  });

  test("five minutes left are no alert where somebody else renews", () => {
    expect(judge({ isRenewing: false, access: access({ lifetimeSeconds: 300 }) })).toEqual([]);
  });

  test("the most pressing comes first", () => {
    const alerts = judge({ refreshCreatedAtMs: NOW - 50 * DAY_MS, access: access({ mfa: false }) });
    expect(alerts).toEqual(["critical access-token-no-mfa-in-amr", "notice refresh-token-50-percent"]);
  });
});
