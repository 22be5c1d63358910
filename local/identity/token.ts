import { createHmac } from "node:crypto";

import { z } from "zod";

import { sameSecret } from "./sameSecret.ts";

/** Signs tokens where no other key is given, so that parts started apart accept each other's tokens. */
export const LOCAL_ISSUER_KEY = "license-relay-local-issuer";
export const LOCAL_TENANT_ID = "11111111-1111-4111-8111-111111111111";
/** The client id of the one identity there is here. */
export const LOCAL_CLIENT_ID = "22222222-2222-4222-8222-222222222222";
/** What Microsoft Entra gives managed identities: a day. */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface TokenOptions {
  /** Who the token is for: "https://vault.azure.net". */
  readonly audience: string;
  readonly key: string;
  readonly nowMs: number;
  readonly lifetimeMs?: number;
}

export interface CheckOptions {
  readonly audience: string;
  readonly key: string;
  readonly nowMs: number;
}

const Claims = z.object({ aud: z.string(), exp: z.number(), nbf: z.number() });

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
const sign = (text: string, key: string): string =>
  createHmac("sha256", key).update(text).digest("base64url");
const toSeconds = (ms: number): number => Math.floor(ms / 1000);

/** A JSON Web Token signed with HMAC (HS256); it ends at `nowMs + lifetimeMs`. */
export const createToken = ({
  audience,
  key,
  nowMs,
  lifetimeMs = TOKEN_LIFETIME_MS,
}: TokenOptions): string => {
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${LOCAL_TENANT_ID}/`,
    iat: toSeconds(nowMs),
    nbf: toSeconds(nowMs),
    exp: toSeconds(nowMs + lifetimeMs),
    appid: LOCAL_CLIENT_ID,
    tid: LOCAL_TENANT_ID,
  };
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${sign(text, key)}`;
};

const readClaims = (payload: string): z.infer<typeof Claims> | undefined => {
  try {
    return Claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
};

// A service sees "…/" and no slash as one audience
const bare = (audience: string): string => audience.replace(/\/+$/, "");

/** What is wrong with a token, in a few words; `undefined` when it is good. */
export const findTokenProblem = (
  token: string,
  { audience, key, nowMs }: CheckOptions,
): string | undefined => {
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return "not a JSON Web Token";
  if (!sameSecret(signature, sign(`${header}.${payload}`, key))) return "wrong signature";
  const claims = readClaims(payload);
  if (claims === undefined) return "claims cannot be read";
  if (bare(claims.aud) !== bare(audience)) return "wrong audience";
  if (claims.exp * 1000 <= nowMs) return "expired";
  return claims.nbf * 1000 > nowMs ? "not valid yet" : undefined;
};
