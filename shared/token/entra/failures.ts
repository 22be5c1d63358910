/** What Microsoft Entra says when it gives no token, in words for an operator. */
export interface EntraFailure {
  readonly category:
    "consent-needed" | "app-credential" | "app-settings" | "account" | "conditional-access" | "token-refused";
  readonly meaning: string;
  readonly remedy: string;
}

const consent = (meaning: string): EntraFailure => ({
  category: "consent-needed",
  meaning,
  remedy: "Sign in once more with MFA as the service account: npx license-relay consent",
});
const credential = (meaning: string): EntraFailure => ({
  category: "app-credential",
  meaning,
  remedy:
    "Store the app's valid certificate (PEM, with its key) or client secret in the secret PARTNER_CREDENTIAL_SECRET names",
});
const settings = (meaning: string): EntraFailure => ({
  category: "app-settings",
  meaning,
  remedy: "Correct PARTNER_TENANT_ID and PARTNER_CLIENT_ID",
});

/** AADSTS code → what it means: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const byCode: ReadonlyMap<number, EntraFailure> = new Map([
  [50_076, consent("The refresh token was obtained without multifactor authentication")],
  [50_079, consent("The service account has to register for multifactor authentication")],
  [700_082, consent("The refresh token has expired: it was not used for 90 days")],
  [70_008, consent("The refresh token has expired")],
  [70_000, consent("The refresh token is not valid")],
  [50_173, consent("The refresh token was revoked: the credentials of the account have changed")],
  [65_001, consent("Nobody has consented to the app for Partner Center")],
  [
    50_057,
    {
      category: "account",
      meaning: "The service account is disabled",
      remedy: "Enable it, then sign in once more: npx license-relay consent",
    },
  ],
  [
    53_003,
    {
      category: "conditional-access",
      meaning: "A Conditional Access policy of the partner's own tenant blocks the service account",
      remedy:
        "Have the policy let the service account pass, then sign in once more: npx license-relay consent",
    },
  ],
  [700_027, credential("The certificate of the app is not known to Microsoft Entra")],
  [7_000_215, credential("The client secret of the app is wrong")],
  [7_000_222, credential("The client secret of the app has expired")],
  [7_000_218, credential("Microsoft Entra asks for a credential of the app, and none was sent")],
  [700_016, settings("The tenant has no such app")],
  [90_002, settings("There is no such tenant")],
]);

const byError: ReadonlyMap<string, EntraFailure> = new Map([
  ["invalid_grant", consent("The refresh token is no longer accepted")],
  ["interaction_required", consent("Microsoft Entra asks for a sign-in by a person")],
  ["consent_required", consent("Nobody has consented to the app for Partner Center")],
  ["invalid_client", credential("Microsoft Entra does not accept the credential of the app")],
]);

/** @param codes the AADSTS codes, without the letters */
export const entraFailureOf = (error: string, codes: readonly number[]): EntraFailure => {
  const known = codes.map((code) => byCode.get(code)).find((failure) => failure !== undefined);
  return (
    known ??
    byError.get(error) ?? {
      category: "token-refused",
      meaning: "Microsoft Entra gives no token",
      remedy: "See the code in the log, and the page on AADSTS error codes",
    }
  );
};
