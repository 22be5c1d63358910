import { createHash } from "node:crypto";

import { z } from "zod";

import { readForeignJson } from "../request/readForeign.ts";

const PARTNER_CENTER_AUDIENCE = "https://api.partnercenter.microsoft.com";
/** The application id of Partner Center, which Microsoft Entra may put in place of its URL. */
const PARTNER_CENTER_APP_ID = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd";

/** Something about a token that Partner Center is going to refuse. */
export interface TokenProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** A partner access token with what its claims tell. The claims are for diagnosis: Partner Center decides. */
export interface PartnerToken {
  readonly value: string;
  readonly expiresAtMs?: number;
  readonly problems: readonly TokenProblem[];
}

/** A digest of a token: tells one from another, in places where the token must not be. */
export const tokenIdOf = ({ value }: Pick<PartnerToken, "value">): string =>
  createHash("sha256").update(value).digest("base64url").slice(0, 22);

const Claims = z.object({
  aud: z.string().optional().catch(undefined),
  amr: z.array(z.string()).optional().catch(undefined),
  exp: z.number().optional().catch(undefined),
  scp: z.string().optional().catch(undefined),
  iss: z.string().optional().catch(undefined),
});
type Claims = z.infer<typeof Claims>;

const readClaims = (token: string): Claims | undefined => {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  const read = readForeignJson(Claims, Buffer.from(payload, "base64url"));
  return read.ok ? read.value : undefined;
};

const isForPartnerCenter = (audience: string): boolean =>
  audience.replace(/\/$/, "") === PARTNER_CENTER_AUDIENCE || audience === PARTNER_CENTER_APP_ID;

const ENTRA_ISSUER =
  /^https:\/\/(?:sts\.windows\.net|sts\.chinacloudapi\.cn|login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)\//;

/** What to check, in the order in which an operator should mend it. */
const checks: readonly (TokenProblem & { readonly fails: (claims: Claims) => boolean })[] = [
  {
    fails: ({ aud }) => aud !== undefined && !isForPartnerCenter(aud),
    problem: "wrong audience",
    remedy: `Request the token for ${PARTNER_CENTER_AUDIENCE}`,
  },
  {
    fails: ({ iss }) => iss !== undefined && !ENTRA_ISSUER.test(iss),
    problem: "partner token of generatetoken",
    remedy: "Store the Microsoft Entra App+User token itself; license calls refuse this kind with 900316",
  },
  {
    fails: ({ scp }) => scp === undefined,
    problem: "not an App+User token",
    remedy: "Use the Secure Application Model; license calls refuse app-only and generatetoken tokens",
  },
  {
    fails: ({ amr }) => amr !== undefined && !amr.includes("mfa"),
    problem: "no mfa in amr",
    remedy: "Sign in once more with MFA as the service account",
  },
];

const notAToken: TokenProblem = {
  problem: "not a JSON Web Token",
  remedy: "Store the access token itself in the secret, without quotes or the word Bearer",
};

/**
 * The value of the secret → a token and what is wrong with it. Never throws.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 * https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa
 */
export const readPartnerToken = (value: string): PartnerToken => {
  const claims = readClaims(value);
  if (claims === undefined) return { value, problems: [notAToken] };
  const problems = checks
    .filter(({ fails }) => fails(claims))
    .map(({ problem, remedy }) => ({ problem, remedy }));
  return { value, problems, ...(claims.exp === undefined ? {} : { expiresAtMs: claims.exp * 1000 }) };
};
