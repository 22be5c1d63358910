import { randomUUID, X509Certificate } from "node:crypto";

import { importPKCS8, SignJWT } from "jose";

/** How the app proves who it is: a certificate with its key, or a client secret. */
export type AppCredential =
  | { readonly kind: "certificate"; readonly privateKey: string; readonly thumbprint: string }
  | { readonly kind: "secret"; readonly secret: string };

/** The value of the secret is no credential that can be used; holds nothing of it. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
}

const PRIVATE_KEY = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/;
const OTHER_KEY = /-----BEGIN (?:RSA|EC|ENCRYPTED) PRIVATE KEY-----/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
/** A PKCS #12 file in Base64 begins with an ASN.1 sequence of that length. */
const PKCS12 = /^MII[A-Za-z0-9+/=\s]{1000,}$/;

/**
 * The value of a secret → the app's credential. A certificate of Key Vault is readable as a secret; its content type must
 * be application/x-pem-file.
 * @throws {CredentialError}
 */
export const readAppCredential = (value: string): AppCredential => {
  if (PKCS12.test(value))
    throw new CredentialError(
      "the certificate is a PKCS #12; give its policy the content type application/x-pem-file",
    );
  const certificate = CERTIFICATE.exec(value)?.[0];
  const privateKey = PRIVATE_KEY.exec(value)?.[0];
  if (certificate === undefined && privateKey === undefined && !OTHER_KEY.test(value))
    return { kind: "secret", secret: value };
  if (privateKey === undefined)
    throw new CredentialError("the key is missing, or not an unencrypted PKCS #8 (BEGIN PRIVATE KEY)");
  if (certificate === undefined) throw new CredentialError("the certificate is missing beside its key");
  try {
    const { fingerprint256 } = new X509Certificate(certificate);
    const thumbprint = Buffer.from(fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
    return { kind: "certificate", privateKey, thumbprint };
  } catch {
    throw new CredentialError("the certificate cannot be read");
  }
};

const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_SECONDS = 300;

/** The fields of a token request that prove who asks. Source: Microsoft identity platform, certificate credentials. */
export const credentialFields = async (
  credential: AppCredential,
  clientId: string,
  audience: string,
  nowMs: number,
): Promise<Readonly<Record<string, string>>> => {
  if (credential.kind === "secret") return { client_secret: credential.secret };
  const key = await importPKCS8(credential.privateKey, "PS256").catch(() => {
    throw new CredentialError("the key is not an RSA key");
  });
  const nowSeconds = Math.floor(nowMs / 1000);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: "PS256", typ: "JWT", "x5t#S256": credential.thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setNotBefore(nowSeconds)
    .setExpirationTime(nowSeconds + ASSERTION_SECONDS)
    .sign(key);
  return { client_assertion_type: ASSERTION, client_assertion: assertion };
};
