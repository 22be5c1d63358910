import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { profileOf, profiles, type ProfileName } from "../../shared/ticket/in/profiles.ts";
import type { Scheme } from "../../shared/ticket/in/scheme.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import { verifyDelivery, type Verification, type VerifyOptions } from "../../shared/ticket/in/verify.ts";

const NOW = Date.parse("2026-01-15T10:00:00Z");
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET = "whsec_bmV2ZXItdXNlLXRoaXMtc2VjcmV0LWFueS1tb3Jl";
const BODY = Buffer.from('{"ticket":{"id":"4711","subject":"Add E3 für Zoë"}}');

const headersOf =
  (headers: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    new Headers(headers).get(name) ?? undefined;

const verify = (
  scheme: Scheme,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  options: Partial<VerifyOptions> = {},
): Verification =>
  verifyDelivery(
    scheme,
    { body, header: headersOf(headers) },
    { secrets: [SECRET], nowMs: NOW, toleranceMs: 300_000, escapedBody: false, ...options },
  );

const sign = (scheme: Scheme, more: Partial<Parameters<typeof signDelivery>[1]> = {}) =>
  signDelivery(scheme, { secret: SECRET, body: BODY, at: new Date(NOW), deliveryId: "msg_1", ...more });

const names = Object.keys(profiles).filter((name): name is ProfileName => Object.hasOwn(profiles, name));
const schemes = names.map((name) => [name, profileOf(name).scheme] as const);
const signing = schemes.filter(([, { kind }]) => kind !== "sharedSecret");
const timed = schemes.filter(
  ([, scheme]) =>
    scheme.kind === "standardWebhooks" || (scheme.kind === "hmac" && scheme.timestampHeader !== undefined),
);

test("verifyDelivery() says what a signature has to begin with", () => {
  const { scheme } = profileOf("github");
  const header = "x-hub-signature-256";
  const bare = sign(scheme)[header]?.replace("sha256=", "") ?? "";
  expect(verify(scheme, BODY, { [header]: bare })).toEqual({
    kind: "unverified",
    problem: "mismatch",
    detail: 'the header x-hub-signature-256 does not begin with "sha256="',
  });
});

describe.each(schemes)("verifyDelivery() for %s", (_name, scheme) => {
  const missing = { kind: "unverified", problem: "missing" };
  const mismatch = { kind: "unverified", problem: "mismatch" };

  test("takes what the sender signed, with names of headers in any case", () => {
    const headers = Object.entries(sign(scheme));
    expect(verify(scheme, BODY, Object.fromEntries(headers)).kind).toBe("verified");
    const odd = Object.fromEntries(
      headers.map(([name, value]): readonly [string, string] => [
        name.replaceAll(/[a-m]/g, (letter) => letter.toUpperCase()),
        value,
      ]),
    );
    expect(verify(scheme, BODY, odd).kind).toBe("verified");
  });

  test("refuses a delivery without any one of its headers", () => {
    const headers = sign(scheme);
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...rest } = headers;
      expect(verify(scheme, BODY, rest)).toMatchObject(missing);
    }
  });

  test("refuses another secret, and none", () => {
    const headers = sign(scheme, { secret: OLD_SECRET });
    expect(verify(scheme, BODY, headers)).toMatchObject(mismatch);
    expect(verify(scheme, BODY, headers, { secrets: [] })).toMatchObject(mismatch);
    expect(verify(scheme, BODY, headers, { secrets: [""] })).toMatchObject(mismatch);
  });

  test("takes the secret before while there are two", () => {
    for (const secret of [SECRET, OLD_SECRET]) {
      const headers = sign(scheme, { secret });
      expect(verify(scheme, BODY, headers, { secrets: [SECRET, OLD_SECRET] }).kind).toBe("verified");
    }
  });

  test("refuses an empty header and a huge one", () => {
    const headers = sign(scheme);
    for (const [name, value] of Object.entries(headers)) {
      for (const bad of ["x", value + "A".repeat(12_000), "A".repeat(12_000)]) {
        expect(verify(scheme, BODY, { ...headers, [name]: bad }).kind).not.toBe("verified");
      }
    }
  });

  test("never throws, whatever the headers and the bytes", () => {
    const headerNames = Object.keys(sign(scheme));
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary-ascii" })),
        fc.uint8Array({ maxLength: 200 }),
        (values, body) => {
          const header = (name: string): string | undefined => values[headerNames.indexOf(name)];
          const options = { secrets: [SECRET], nowMs: NOW, toleranceMs: 300_000, escapedBody: false };
          expect(verifyDelivery(scheme, { body, header }, options).kind).not.toBe("verified");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe.each(signing)("a signature of %s", (_name, scheme) => {
  test("is over every byte of the body", () => {
    const headers = sign(scheme);
    for (let at = 0; at < BODY.length; at += 1) {
      const changed = Buffer.from(BODY);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(verify(scheme, changed, headers)).toMatchObject({ kind: "unverified", problem: "mismatch" });
    }
  });

  test("over a body that is no text holds for exactly these bytes alone", () => {
    const body = randomBytes(64);
    body.writeUInt8(0xff, 0);
    const headers = sign(scheme, { body });
    const asText = Buffer.from(body.toString("utf8"));
    // Standard Webhooks sign text: bytes that are none are never good, and what their text is like is
    const good = scheme.kind === "standardWebhooks" ? asText : body;
    expect([body, asText].filter((bytes) => verify(scheme, bytes, headers).kind === "verified")).toEqual([
      good,
    ]);
  });
});

test.each(schemes.filter(([, { kind }]) => kind === "hmac"))(
  "nobody can sign for %s with the empty key",
  (_name, scheme) => {
    const headers = sign(scheme, { secret: "" });
    expect(verify(scheme, BODY, headers, { secrets: ["", SECRET] }).kind).toBe("unverified");
  },
);

describe.each(timed)("the time of %s", (_name, scheme) => {
  test("may differ by five minutes either way, and no more", () => {
    const at = (offsetMs: number) => verify(scheme, BODY, sign(scheme, { at: new Date(NOW + offsetMs) }));
    expect(at(-299_000)).toMatchObject({ kind: "verified", ageMs: 299_000 });
    expect(at(299_000)).toMatchObject({ kind: "verified" });
    expect(at(-301_000)).toMatchObject({ kind: "untimely", problem: "old" });
    expect(at(301_000)).toMatchObject({ kind: "untimely", problem: "new" });
  });

  test("is signed too", () => {
    const headers = sign(scheme);
    const later = sign(scheme, { at: new Date(NOW + 60_000) });
    const name = Object.keys(headers).find((key) => key.includes("timestamp"));
    expect(verify(scheme, BODY, { ...headers, [name ?? ""]: later[name ?? ""] ?? "" })).toMatchObject({
      kind: "unverified",
    });
  });
});

describe("Standard Webhooks", () => {
  const { scheme } = profileOf("standard-webhooks");

  test("takes any good signature of a list, and skips versions it does not know", () => {
    const { "webhook-signature": good = "", ...headers } = sign(scheme);
    const list = `v1a,AAAA v2,BBBB v1,CCCC ${good}`;
    expect(verify(scheme, BODY, { ...headers, "webhook-signature": list }).kind).toBe("verified");
  });

  test("takes no id with a dot: two deliveries would have the same signed text", () => {
    expect(verify(scheme, BODY, sign(scheme, { deliveryId: "msg.1" })).kind).toBe("unverified");
  });

  test("hands out the signed id", () => {
    expect(verify(scheme, BODY, sign(scheme))).toMatchObject({ deliveryId: "msg_1" });
  });
});

test("Autotask's escaped variant is another signature for special characters, and the same without", () => {
  const { scheme } = profileOf("autotask");
  const escapedBody = true;
  const headers = sign(scheme, { escapedBody });
  expect(verify(scheme, BODY, headers, { escapedBody }).kind).toBe("verified");
  expect(verify(scheme, BODY, headers).kind).toBe("unverified");
});
