import { describe, expect, test } from "vitest";

import { signingKeyUrlOf } from "../../shared/ticket/in/signingKeyUrl.ts";

const of = (key_url: unknown, origins: readonly string[] = []) =>
  signingKeyUrlOf({ Metadata: { key_url } }, origins)?.href;

describe("signingKeyUrlOf()", () => {
  test.each(["na", "eu", "au", "aus", "za", "api-na", "api-eu", "api-au", "sandbox-na"])(
    "takes https://%s.myconnectwise.net",
    (host) => {
      const url = `https://${host}.myconnectwise.net/v4_6_release/apis/3.0/system/key`;
      expect(of(url)).toBe(url);
    },
  );

  test("reads the name in any case", () => {
    expect(signingKeyUrlOf({ metadata: { KEY_URL: "https://na.myconnectwise.net/k" } }, [])?.href).toBe(
      "https://na.myconnectwise.net/k",
    );
  });

  test("takes an origin on premises that was named, with its port", () => {
    const origins = ["https://psa.example.com:8443"];
    expect(of("https://psa.example.com:8443/key", origins)).toBe("https://psa.example.com:8443/key");
    expect(of("https://psa.example.com/key", origins)).toBeUndefined();
  });

  test.each([
    "http://na.myconnectwise.net/k",
    "https://na.myconnectwise.net:444/k",
    "https://user@na.myconnectwise.net/k",
    "https://na.myconnectwise.net/k#x",
    "https://na.myconnectwise.net.evil.example/k",
    "https://evil-myconnectwise.net/k",
    "https://xna.myconnectwise.net/k",
    "https://169.254.169.254/metadata",
    "file:///etc/passwd",
    "//na.myconnectwise.net/k",
    "",
    42,
    null,
  ])("refuses %s", (url) => {
    expect(of(url)).toBeUndefined();
  });

  test.each([null, [], "x", {}, { Metadata: 1 }])("finds nothing in %s", (payload) => {
    expect(signingKeyUrlOf(payload, [])).toBeUndefined();
  });
});
