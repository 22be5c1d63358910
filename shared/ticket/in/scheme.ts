import { createHash, createHmac } from "node:crypto";

/** An HMAC over the body, as most ticketing systems sign. */
export interface HmacScheme {
  readonly kind: "hmac";
  /** The header with the signature, in lower case. */
  readonly header: string;
  /** What stands before the signature in the header. */
  readonly prefix: string;
  readonly algorithm: "sha256" | "sha1";
  readonly encoding: "hex" | "base64";
  /** The key is the secret itself, or its SHA-256. */
  readonly key: "secret" | "sha256";
  /** The header with the time of the delivery; its text is signed in front of the body. */
  readonly timestampHeader?: string;
}

/** How a sender proves who it is. */
export type Scheme =
  | { readonly kind: "standardWebhooks" }
  | HmacScheme
  /** A header with a secret that both know: nothing is signed. */
  | { readonly kind: "sharedSecret"; readonly header: string; readonly prefix: string };

// Autotask does not document it: as a community library does it for instances that do not sign the bytes as sent
// https://github.com/aybouzaglou/autotask-rest-api-types/blob/HEAD/src/core/webhooks/signature.ts
const ESCAPED = /[&<>"'`+\\\u0080-\uffff]/g;
const escaped = (text: string): string =>
  text.replaceAll(ESCAPED, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

export interface Signed {
  readonly secret: string;
  readonly body: Uint8Array;
  readonly timestamp?: string;
  /** Some instances of Autotask sign the body with special characters written as \uXXXX. */
  readonly escapedBody?: boolean;
}

/** The text that a sender puts in the header of its signature. */
export const hmacOf = (
  { algorithm, encoding, key, prefix }: HmacScheme,
  { secret, body, timestamp = "", escapedBody = false }: Signed,
): string => {
  const keyBytes = key === "sha256" ? createHash("sha256").update(secret, "utf8").digest() : secret;
  const content = escapedBody ? escaped(Buffer.from(body).toString("utf8")) : body;
  const hmac = createHmac(algorithm, keyBytes).update(timestamp, "utf8").update(content);
  return prefix + hmac.digest(encoding);
};
