import { describe, expect, test } from "vitest";

import { entraFailureOf } from "../../shared/token/entra/failures.ts";
import { readGrant } from "../../shared/token/entra/grant.ts";

const refusal = (error: string, fields: object = {}) => ({ error, error_description: "", ...fields });

describe("readGrant()", () => {
  test("reads tokens, with their life in seconds as a number or as text", () => {
    const body = { access_token: "a", refresh_token: "r", expires_in: "120" };
    expect(readGrant(200, body, 0)).toEqual({
      kind: "tokens",
      accessToken: "a",
      refreshToken: "r",
      expiresInSeconds: 120,
    });
    expect(readGrant(200, { access_token: "a", expires_in: -1 }, 0)).toEqual({
      kind: "tokens",
      accessToken: "a",
      expiresInSeconds: 3600,
    });
  });

  test.each([
    ["200 without tokens", 200, {}, "answered 200 with a body that cannot be read"],
    ["what is no JSON", 400, undefined, "answered 400"],
    ["an outage", 500, refusal("invalid_grant"), "answered 500"],
    ["a time-out", 408, refusal("invalid_grant"), "answered 408"],
    ["a throttle", 429, refusal("invalid_grant"), "answered 429"],
    ["trouble that says that it passes", 400, refusal("temporarily_unavailable"), "answered 400"],
    ["trouble of the server", 400, refusal("server_error"), "answered 400"],
  ])("is not now for %s", (_, status, body, why) => {
    expect(readGrant(status, body, 7)).toEqual({ kind: "notNow", why, retryAfterMs: 7 });
  });

  test("waits for a person, more slowly when it is told to", () => {
    expect(readGrant(400, refusal("authorization_pending"), 0)).toEqual({ kind: "pending", slowDown: false });
    expect(readGrant(400, refusal("slow_down"), 0)).toEqual({ kind: "pending", slowDown: true });
  });

  test("takes the codes from their field, or else out of the description", () => {
    const description = "AADSTS700082: it has expired. AADSTS12: is none";
    expect(readGrant(400, refusal("invalid_grant", { error_codes: [50_076] }), 0)).toEqual({
      kind: "refused",
      error: "invalid_grant",
      codes: [50_076],
      failure: entraFailureOf("invalid_grant", [50_076]),
    });
    expect(readGrant(400, refusal("invalid_grant", { error_description: description }), 0)).toMatchObject({
      codes: [700_082],
    });
  });
});

describe("entraFailureOf()", () => {
  test.each([
    ["the first code that is known", "x", [1, 50_057], "account"],
    ["the word, without one", "invalid_client", [1], "app-credential"],
    ["neither", "x", [], "token-refused"],
  ])("goes by %s", (_, error, codes, category) => {
    expect(entraFailureOf(error, codes).category).toBe(category);
  });
});
