import { bareError, gatewayError, type Answer } from "./answer.ts";
import { refuse } from "./documentedErrors.ts";
import type { RouteName } from "./findRoute.ts";
import type { PartnerCenterSettings } from "./settings.ts";
import { hasMfa, isAppOnly, isForPartnerCenter, isPartnerToken, readToken, type Claims } from "./token.ts";

export interface TokenCheck {
  readonly authorization: string | undefined;
  readonly route: RouteName;
  readonly nowMs: number;
  /** Tokens issued before are no longer accepted. */
  readonly revokedBeforeMs: number;
  readonly withoutMfa: PartnerCenterSettings["withoutMfa"];
}

export interface TokenFinding {
  readonly claims?: Claims;
  /** Why the call is not served; undefined when the token is good for it. */
  readonly answer?: Answer;
}

const CHALLENGE = { "www-authenticate": 'Bearer error="invalid_token"' };
const noToken = gatewayError(401, "Unauthorized: Invalid Authorization header", {
  "www-authenticate": "OAuth realm=urn:cpsvc:cpid:local",
});
const mfaAnswers: Readonly<Record<PartnerCenterSettings["withoutMfa"], Answer | undefined>> = {
  refuse: refuse(401, 900421),
  refuseWithoutBody: bareError(401, "Unauthorized - MFA required", CHALLENGE),
  accept: undefined,
};

/** What a token can have wrong, in the order in which it is looked at. */
const checks: readonly ((claims: Claims, check: TokenCheck) => Answer | undefined)[] = [
  (claims) => (isForPartnerCenter(claims) ? undefined : refuse(401, 900420)),
  // No code is documented for an old token; of those of 401 only "Access denied" names no other reason
  ({ exp, issuedAtMs }, { nowMs, revokedBeforeMs }) =>
    exp * 1000 <= nowMs || issuedAtMs < revokedBeforeMs
      ? { ...refuse(401, 400), headers: CHALLENGE }
      : undefined,
  (claims) => (isAppOnly(claims) ? refuse(403, 900329) : undefined),
  (claims, { route }) =>
    isPartnerToken(claims) && route === "licenseupdates" ? refuse(400, 900316) : undefined,
  (claims, { withoutMfa }) => (hasMfa(claims) ? undefined : mfaAnswers[withoutMfa]),
];

/** Whether the bearer token of a call is good for it. Pure. */
export const checkToken = (check: TokenCheck): TokenFinding => {
  const token = /^Bearer (\S+)$/i.exec(check.authorization ?? "")?.[1];
  const claims = token === undefined ? undefined : readToken(token);
  if (claims === undefined) return { answer: noToken };
  for (const find of checks) {
    const answer = find(claims, check);
    if (answer !== undefined) return { claims, answer };
  }
  return { claims };
};
