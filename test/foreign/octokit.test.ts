import { sign, verify } from "@octokit/webhooks-methods";
import { describe, expect, test } from "vitest";

import { profileOf } from "../../shared/ticket/in/profiles.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import { verifyDelivery } from "../../shared/ticket/in/verify.ts";

const { scheme } = profileOf("github");
const SECRET = "It's a Secret to Everybody";
const HEADER = "x-hub-signature-256";
const BODY = JSON.stringify({ ticket: { id: "4711", subject: "Add E3 für Zoë 🎈" } });

const isVerified = (body: string, signature: string): boolean => {
  const header = (name: string): string | undefined => (name === HEADER ? signature : undefined);
  const options = { secrets: [SECRET], nowMs: 0, toleranceMs: 0, escapedBody: false };
  return verifyDelivery(scheme, { body: Buffer.from(body), header }, options).kind === "verified";
};

describe("GitHub's own library, @octokit/webhooks-methods", () => {
  test("signs what is accepted here, and nothing else", async () => {
    const signature = await sign(SECRET, BODY);
    expect(isVerified(BODY, signature)).toBe(true);
    expect(isVerified(`${BODY} `, signature)).toBe(false);
    expect(isVerified(BODY, await sign("another secret", BODY))).toBe(false);
  });

  test("accepts what is signed here, and nothing else", async () => {
    const toSign = { secret: SECRET, body: Buffer.from(BODY), at: new Date(0), deliveryId: "" };
    const { [HEADER]: signature = "" } = signDelivery(scheme, toSign);
    expect(await verify(SECRET, BODY, signature)).toBe(true);
    expect(await verify(SECRET, `${BODY} `, signature)).toBe(false);
  });
});
