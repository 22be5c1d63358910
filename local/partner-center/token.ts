import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

import { z } from "zod";

/** The audience of a token that Partner Center accepts. */
const PARTNER_CENTER_AUDIENCE = "https://api.partnercenter.microsoft.com";
/** The application id of Partner Center, which stands for its URL. */
const PARTNER_CENTER_APP_ID = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd";
const LOCAL_PARTNER_TENANT_ID = "f0000000-0000-4000-8000-000000000001";
/** Fixed, so that a token made in one process is good in another; it protects nothing. */
const LOCAL_KEY = "license-relay-local-partner-center";
const PARTNER_TOKEN_ISSUER = PARTNER_CENTER_AUDIENCE;

export interface TokenOptions {
  /** App+User, application alone, or a partner token as generatetoken gives it. @default {"user"} */
  readonly kind?: "user" | "app" | "partner";
  /** @default {PARTNER_CENTER_AUDIENCE} */
  readonly audience?: string;
  /** Whether the sign-in was with multifactor authentication. @default {true} */
  readonly mfa?: boolean;
  /** @default now */
  readonly issuedAtMs?: number;
  /** @default {3600} */
  readonly lifetimeSeconds?: number;
  readonly upn?: string;
}

const Claims = z.object({
  aud: z.string(),
  iss: z.string(),
  exp: z.number(),
  issuedAtMs: z.number(),
  scp: z.string().optional(),
  amr: z.array(z.string()).default([]),
});
export type Claims = z.infer<typeof Claims>;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
const sign = (text: string): string => createHmac("sha256", LOCAL_KEY).update(text).digest("base64url");

let lastStampMs = 0;
/** Now, in milliseconds; always later than the time before, so that a token and a revocation have an order. */
export const stampMs = (): number => (lastStampMs = Math.max(Date.now(), lastStampMs + 0.001));

const userClaims = (mfa: boolean, upn: string): object => ({
  oid: "f0000000-0000-4000-8000-000000000002",
  upn,
  scp: "user_impersonation",
  amr: mfa ? ["pwd", "mfa"] : ["pwd"],
});

/** A JSON Web Token with the claims that Microsoft Entra puts in; good from now for an hour. */
export const createToken = ({
  kind = "user",
  audience = PARTNER_CENTER_AUDIENCE,
  mfa = true,
  issuedAtMs = stampMs(),
  lifetimeSeconds = 3600,
  upn = "license-relay@partner.example",
}: TokenOptions = {}): string => {
  const claims = {
    aud: audience,
    iss: kind === "partner" ? PARTNER_TOKEN_ISSUER : `https://sts.windows.net/${LOCAL_PARTNER_TENANT_ID}/`,
    tid: LOCAL_PARTNER_TENANT_ID,
    appid: "f0000000-0000-4000-8000-000000000003",
    iat: Math.floor(issuedAtMs / 1000),
    exp: Math.floor(issuedAtMs / 1000) + lifetimeSeconds,
    ver: "1.0",
    jti: randomUUID(),
    issuedAtMs,
    ...(kind === "app" ? {} : userClaims(mfa, upn)),
  };
  const text = `${encode({ typ: "JWT", alg: "HS256" })}.${encode(claims)}`;
  return `${text}.${sign(text)}`;
};

const isSigned = (text: string, signature: string): boolean => {
  const given = Buffer.from(signature);
  const expected = Buffer.from(sign(text));
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** The claims of a token that was signed here; undefined for anything else. */
export const readToken = (token: string): Claims | undefined => {
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  if (!isSigned(`${header}.${payload}`, signature)) return undefined;
  try {
    return Claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
};

export const isForPartnerCenter = ({ aud }: Claims): boolean =>
  aud.replace(/\/$/, "") === PARTNER_CENTER_AUDIENCE || aud === PARTNER_CENTER_APP_ID;
export const isPartnerToken = ({ iss }: Claims): boolean => iss === PARTNER_TOKEN_ISSUER;
export const isAppOnly = ({ scp }: Claims): boolean => scp === undefined;
export const hasMfa = ({ amr }: Claims): boolean => amr.includes("mfa");
