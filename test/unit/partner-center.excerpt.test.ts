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
    ["a header", "Authorization: Bearer short.one, Accept: x", "Authorization: [hidden]"],
    [
      "a header of another scheme",
      "authorization: Basic dXM6cHc=\nHost: x",
      "authorization: [hidden] Host: x",
    ],
    ["every cookie", "Cookie: a=b; session=c\r\nHost: x", "Cookie: [hidden] Host: x"],
    ["a scheme without its header", "sent Basic dXM6cHc= there", "sent [hidden] there"],
    [
      "a key in a header",
      "x-api-key: k1\nx-functions-key: k2",
      "x-api-key: [hidden] x-functions-key: [hidden]",
    ],
    ["a connection string", "SharedAccessKey=k1;EntityPath=q", "SharedAccessKey=[hidden];EntityPath=q"],
    ["a signed address", "/a?sv=1&sig=k1&code=k2", "/a?sv=1&sig=[hidden]&code=[hidden]"],
    ["who signs in at a proxy", "see https://ana:k1@proxy.example/x", "see https://[hidden]@proxy.example/x"],
    [
      "JSON in JSON",
      String.raw`{"a":"{\"access_token\":\"k1 k2\",\"b\":1}"}`,
      String.raw`{"a":"{\"access_token\":[hidden]",\"b\":1}"}`,
    ],
    [
      "JSON in a page",
      "&quot;password&quot;: &quot;k1&quot; end",
      "&quot;password&quot;: [hidden]&quot; end",
    ],
    [
      "a field of a form",
      `<input name="password" type="x" value="k1">`,
      `<input name="password" type="x" value=[hidden]">`,
    ],
    ["an escaped quote", String.raw`{"access_token":"ab\"cd ef"}`, `{"access_token":[hidden]"}`],
    ["a list", `{"client_secrets":["k1"]}`, `{"client_secrets":[[hidden]"]}`],
    ["an element", "<password>k1</password>", "<password>[hidden]</password>"],
    [
      "a field of a form, value first",
      `<input value="k1" name="token">`,
      `<input value=[hidden]" name="token">`,
    ],
    ["a password with an at sign", "https://ana:k1@k2@proxy.example/x", "https://[hidden]@proxy.example/x"],
    ["a scheme in an address", "?h=Bearer%20k1", "?h=[hidden]"],
    ["a name with a control character behind it", "key\u0000=k1", "key =[hidden]"],
    ["a form in an address", "client_secret%3Dk1%26x", "client_secret%3D[hidden]"],
    ["a token of its own", `<p>${jwt}</p>`, "<p>[hidden]</p>"],
    [
      "a field",
      `{"access_token":"abc","client_secret" : "d e"}`,
      `{"access_token":[hidden]","client_secret" : [hidden]"}`,
    ],
    ["a query", "?refresh_token=abc&x=1", "?refresh_token=[hidden]&x=1"],
    ["what is long and no word", `id ${"A1b2".repeat(10)} end`, "id [hidden] end"],
  ])("hides %s", (_what, text, shown) => {
    expect(excerptOf(bytes(text), TOKEN)).toBe(shown);
  });

  test("shows the code of an error", () => {
    const body = `{"code":60012,"description":"no seats"}`;
    expect(excerptOf(bytes(body), TOKEN)).toBe(body);
  });

  test("shows an id", () => {
    const id = "11111111-1111-4111-8111-111111111111";
    expect(excerptOf(bytes(`ref ${id}`), TOKEN)).toBe(`ref ${id}`);
  });

  test("hides a token of which only the beginning would be shown", () => {
    const text = `${"a ".repeat(140)}${"Zx9".repeat(400)}`;
    expect(excerptOf(bytes(text), TOKEN)).not.toContain("Zx9");
  });

  test("takes no time over what is made to keep it busy", () => {
    const busy = ["key ", "key= ", "eyJ", "://a", 'name="key" value=', "token" + " ".repeat(8000)];
    for (const piece of busy) expect(excerptOf(bytes(piece.repeat(4000)), TOKEN)?.length).toBeLessThan(301);
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
