import {
  AggregateAuthenticationError,
  AuthenticationError,
  CredentialUnavailableError,
} from "@azure/identity";
import type { TokenCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";

import { isLoopback } from "../loopback.ts";
import { VaultError, type VaultErrorCode } from "./errors.ts";

/** Reads the newest version of a secret. @throws {VaultError} */
export type ReadSecret = (name: string) => Promise<string>;

const READ_TIMEOUT_MS = 10_000;

const byStatus: ReadonlyMap<number, readonly [VaultErrorCode, string]> = new Map([
  [401, ["credential", "the vault does not accept the identity; check its tenant"]],
  [
    403,
    [
      "forbidden",
      "access is denied or the secret is disabled; grant Key Vault Secrets User and check the firewall",
    ],
  ],
  [404, ["missing", "there is no such secret; store it under this name"]],
  [429, ["throttled", "the vault limits the number of calls"]],
]);

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;

const isCredentialError = (error: unknown): boolean =>
  error instanceof CredentialUnavailableError ||
  error instanceof AuthenticationError ||
  error instanceof AggregateAuthenticationError;

// The SDK's messages quote requests and, at times, tokens: only what is known to be harmless goes on
const toVaultError = (name: string, error: unknown): VaultError => {
  if (error instanceof VaultError) return error;
  const [code, why] = isCredentialError(error)
    ? ([
        "credential",
        "no identity is available; enable a managed identity or sign in with the Azure CLI",
      ] as const)
    : (byStatus.get(statusOf(error) ?? 0) ??
      (["unreachable", `the vault cannot be reached${describe(error)}; check KEY_VAULT_URL`] as const));
  return new VaultError(code, `Cannot read secret "${name}": ${why}`);
};

const describe = (error: unknown): string => {
  const status = statusOf(error);
  if (status !== undefined) return ` (status ${status})`;
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : "";
};

/** Key Vault through the SDK; plain HTTP only for a vault on a loopback address. */
export const makeReadSecret = (vaultUrl: URL, credential: TokenCredential): ReadSecret => {
  const local = isLoopback(vaultUrl);
  const client = new SecretClient(vaultUrl.href, credential, {
    retryOptions: { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 },
    ...(local ? { allowInsecureConnection: true, disableChallengeResourceVerification: true } : {}),
  });
  return async (name) => {
    try {
      const { value = "" } = await client.getSecret(name, {
        abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS),
      });
      if (value.trim() !== "") return value.trim();
      throw new VaultError("missing", `Cannot use secret "${name}": it is empty; store the token in it`);
    } catch (error) {
      throw toVaultError(name, error);
    }
  };
};
