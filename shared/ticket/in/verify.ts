import { createHash, timingSafeEqual } from "node:crypto";

import { Webhook } from "standardwebhooks";

import { present } from "../../present.ts";
import { hmacOf, type HmacScheme, type Scheme } from "./scheme.ts";

/** One call of a ticketing system, as it came. */
export interface TicketDelivery {
  readonly body: Uint8Array;
  /** The value of a header; names in any case. */
  readonly header: (name: string) => string | undefined;
}

export type SignatureProblem = "missing" | "mismatch";
export type ClockProblem = "old" | "new";

/** Whether a delivery is from who it says, and when it was sent. */
export type Verification =
  | {
      readonly kind: "verified";
      /** The id of the delivery, when the sender signs one. */
      readonly deliveryId?: string;
      /** Present when the sender signs the time: how far its clock is behind ours, in milliseconds. */
      readonly ageMs?: number;
    }
  | { readonly kind: "unverified"; readonly problem: SignatureProblem; readonly detail: string }
  | {
      readonly kind: "untimely";
      readonly problem: ClockProblem;
      readonly ageMs: number;
      readonly detail: string;
    };

export interface VerifyOptions {
  /** One or two: any of them will do. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  readonly toleranceMs: number;
  readonly escapedBody: boolean;
}

/** No signature is longer; a list of Standard Webhooks signatures has room for several. */
const SIGNATURE_MAX = 2048;
const DELIVERY_ID_MAX = 256;

const missing = (header: string): Verification => ({
  kind: "unverified",
  problem: "missing",
  detail: `the header ${header} is missing`,
});

const mismatch = (detail = "the signature does not match"): Verification => ({
  kind: "unverified",
  problem: "mismatch",
  detail,
});

const hashOf = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();

// Over hashes of equal length: neither the content nor the length of the right value can be measured
const isSame = (a: string, b: string): boolean => timingSafeEqual(hashOf(a), hashOf(b));

/** Every secret is tried, so that the time does not tell which one fits. */
const fits = (secrets: readonly string[], test: (secret: string) => boolean): boolean =>
  secrets.filter((secret) => secret !== "" && test(secret)).length > 0;

const minutesOf = (ms: number): string => `${Math.round(Math.abs(ms) / 6000) / 10} min`;

const timely = (
  signedAtMs: number,
  { nowMs, toleranceMs }: VerifyOptions,
  verified: Extract<Verification, { kind: "verified" }>,
): Verification => {
  const ageMs = nowMs - signedAtMs;
  if (Math.abs(ageMs) <= toleranceMs) return { ...verified, ageMs };
  const problem = ageMs > 0 ? "old" : "new";
  const where = problem === "old" ? "in the past" : "in the future";
  const detail = `the signed time is ${minutesOf(ageMs)} ${where}; at most ${minutesOf(toleranceMs)} are allowed`;
  return { kind: "untimely", problem, ageMs, detail };
};

/** A Standard Webhooks secret that cannot be one is no secret at all. */
const toWebhook = (secret: string): Webhook | undefined => {
  try {
    return new Webhook(secret);
  } catch {
    return undefined;
  }
};

const isUtf8 = (body: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body);
    return true;
  } catch {
    return false;
  }
};

const verifyStandard = ({ body, header }: TicketDelivery, options: VerifyOptions): Verification => {
  const id = header("webhook-id");
  const timestamp = header("webhook-timestamp");
  const given = header("webhook-signature");
  if (id === undefined) return missing("webhook-id");
  if (timestamp === undefined) return missing("webhook-timestamp");
  if (given === undefined) return missing("webhook-signature");
  // A dot in the id would let two deliveries have the same signed text:
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
  const isShaped = !id.includes(".") && id.length <= DELIVERY_ID_MAX && /^\d{1,12}$/.test(timestamp);
  // The library signs text: bytes that are none would be signed as something else
  if (!isShaped || given.length > SIGNATURE_MAX || !isUtf8(body)) return mismatch();
  const signedAt = new Date(Number(timestamp) * 1000);
  const signatures = given.split(" ");
  const isGood = fits(options.secrets, (secret) => {
    const expected = toWebhook(secret)?.sign(id, signedAt, Buffer.from(body));
    return expected !== undefined && signatures.filter((signature) => isSame(signature, expected)).length > 0;
  });
  return isGood ? timely(signedAt.getTime(), options, { kind: "verified", deliveryId: id }) : mismatch();
};

const verifyHmac = (
  scheme: HmacScheme,
  { body, header }: TicketDelivery,
  options: VerifyOptions,
): Verification => {
  const { timestampHeader, encoding, prefix } = scheme;
  const given = header(scheme.header);
  if (given === undefined) return missing(scheme.header);
  const timestamp = timestampHeader === undefined ? undefined : header(timestampHeader);
  if (timestampHeader !== undefined && timestamp === undefined) return missing(timestampHeader);
  if (given.length > SIGNATURE_MAX) return mismatch();
  if (!given.startsWith(prefix))
    return mismatch(`the header ${scheme.header} does not begin with "${prefix}"`);
  const shaped = encoding === "hex" ? given.toLowerCase() : given;
  const { escapedBody } = options;
  const isGood = fits(options.secrets, (secret) =>
    isSame(shaped, hmacOf(scheme, { secret, body, escapedBody, ...present({ timestamp }) })),
  );
  if (!isGood) return mismatch();
  if (timestamp === undefined) return { kind: "verified" };
  const signedAtMs = Date.parse(timestamp);
  return Number.isNaN(signedAtMs)
    ? mismatch(`the header ${timestampHeader ?? ""} is not a time`)
    : timely(signedAtMs, options, { kind: "verified" });
};

const verifyShared = (
  { header: name, prefix }: Extract<Scheme, { kind: "sharedSecret" }>,
  { header }: TicketDelivery,
  { secrets }: VerifyOptions,
): Verification => {
  const given = header(name);
  if (given === undefined) return missing(name);
  const isShaped =
    given.length <= SIGNATURE_MAX && given.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
  const value = given.slice(prefix.length).trim();
  return isShaped && fits(secrets, (secret) => isSame(value, secret))
    ? { kind: "verified" }
    : mismatch(`the header ${name} does not hold the secret`);
};

/**
 * Checks a delivery over the bytes as they came, in constant time, before anything is parsed. Never throws.
 * Which system signs how, and where it says so: profiles.ts.
 */
export const verifyDelivery = (
  scheme: Scheme,
  delivery: TicketDelivery,
  options: VerifyOptions,
): Verification => {
  switch (scheme.kind) {
    case "standardWebhooks":
      return verifyStandard(delivery, options);
    case "hmac":
      return verifyHmac(scheme, delivery, options);
    case "sharedSecret":
      return verifyShared(scheme, delivery, options);
    default:
      return scheme satisfies never;
  }
};
