import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { excerptOf } from "../../shared/partner-center/excerpt.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TOKEN = "the-token-of-the-call";

describe("excerptOf()", () => {
  test("is one line, and not longer than 300 characters", () => {
    expect(excerptOf(bytes(" <html>\r\n\t<body>\u0000Sign\u202E in "), TOKEN)).toBe("<html> <body> Sign in");
    expect(excerptOf(bytes("ab ".repeat(500)), TOKEN)).toHaveLength(300);
  });

  test.each(["", " \n ", "\uFEFF"])("is not there when there is nothing to show: %j", (text) => {
    expect(excerptOf(bytes(text), TOKEN)).toBeUndefined();
  });

  // Put together here, so that nobody's scanner takes them for real ones
  const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJub2JvZHkifQ", "c2lnbmF0dXJl"].join(".");
  test.each([
    ["the token of the call", `token ${TOKEN} refused`, "token [hidden] refused"],
    ["a header", `Authorization: Bearer short.one, Accept: x`, "Authorization: [hidden] Accept: x"],
    ["a token of its own", `<p>${jwt}</p>`, "<p>[hidden]</p>"],
    [
      "a field",
      `{"access_token":"abc","client_secret" : "d e"}`,
      `{"access_token":"[hidden]","client_secret" : "[hidden] e"}`,
    ],
    ["a query", "?refresh_token=abc&x=1", "?refresh_token=[hidden]&x=1"],
    ["what is long and no word", `id ${"A1b2".repeat(10)} end`, "id [hidden] end"],
  ])("hides %s", (_what, text, shown) => {
    expect(excerptOf(bytes(text), TOKEN)).toBe(shown);
  });

  test("shows an id", () => {
    const id = "11111111-1111-4111-8111-111111111111";
    expect(excerptOf(bytes(`ref ${id}`), TOKEN)).toBe(`ref ${id}`);
  });

  test("hides a token of which only the beginning would be shown", () => {
    const text = `${"a ".repeat(140)}${"Zx9".repeat(400)}`;
    expect(excerptOf(bytes(text), TOKEN)).not.toContain("Zx9");
  });

  test("never throws and never shows the token, whatever is around it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uint8Array(), (before, after, rest) => {
        const body = Buffer.concat([bytes(`${before}${TOKEN}${after}`), rest]);
        expect(excerptOf(body, TOKEN) ?? "").not.toContain(TOKEN);
      }),
    );
  });
});
