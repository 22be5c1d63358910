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

/** One version of a secret. */
export interface StoredSecret {
  readonly value: string;
  /** The id of this version. */
  readonly version: string;
  /** Milliseconds since 1970; undefined when the vault does not say. */
  readonly createdAtMs: number | undefined;
}

/** The secrets of a Key Vault. */
export interface Secrets {
  /** The newest version. @throws {VaultError} */
  read(name: string): Promise<StoredSecret>;
  /** Adds a version. @param expiresAtMs for information: the vault gives it out all the same @throws {VaultError} */
  write(name: string, value: string, expiresAtMs?: number): Promise<void>;
  /**
   * Disables the versions that were replaced before `replacedBeforeMs`, never the newest.
   * @returns how many @throws {VaultError}
   */
  disableReplaced(name: string, replacedBeforeMs: number): Promise<number>;
}

const patience = () => ({ abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });

/** So many versions are disabled in one go; the rest by the next. */
const DISABLE_MAX = 200;

const withPurpose = (what: string, name: string, error: unknown): VaultError => {
  const { code, message } = toVaultError(name, error);
  const why = message.slice(message.indexOf(": ") + 2).replace("Secrets User", "Secrets Officer");
  return new VaultError(code, `Cannot ${what} secret "${name}": ${why}`);
};

/** Key Vault through the SDK; plain HTTP only for a vault on a loopback address. */
export const makeSecrets = (vaultUrl: URL, credential: TokenCredential): Secrets => {
  const local = isLoopback(vaultUrl);
  const client = new SecretClient(vaultUrl.href, credential, {
    retryOptions: { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 },
    ...(local ? { allowInsecureConnection: true, disableChallengeResourceVerification: true } : {}),
  });

  /** Enabled versions, the newest first. */
  const listEnabled = async (name: string) => {
    const found: { readonly version: string; readonly createdAtMs: number }[] = [];
    for await (const { version, createdOn, enabled } of client.listPropertiesOfSecretVersions(name)) {
      if (enabled === true && version !== undefined)
        found.push({ version, createdAtMs: createdOn?.getTime() ?? 0 });
    }
    return found.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  };

  return {
    async read(name) {
      try {
        const { value = "", properties } = await client.getSecret(name, patience());
        const { version = "", createdOn } = properties;
        if (value.trim() !== "") return { value: value.trim(), version, createdAtMs: createdOn?.getTime() };
        throw new VaultError("missing", `Cannot use secret "${name}": it is empty; store the token in it`);
      } catch (error) {
        throw toVaultError(name, error);
      }
    },
    async write(name, value, expiresAtMs) {
      try {
        const expiry = expiresAtMs === undefined ? {} : { expiresOn: new Date(expiresAtMs) };
        const stored = await client.setSecret(name, value, { ...expiry, ...patience() });
        // The answer has the new version: https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret
        if (stored.value !== value)
          throw new VaultError("unreachable", `Cannot write secret "${name}": the answer does not have it`);
      } catch (error) {
        throw withPurpose("write", name, error);
      }
    },
    async disableReplaced(name, replacedBeforeMs) {
      try {
        const { properties: current } = await client.getSecret(name, patience());
        const versions = await listEnabled(name);
        // A version was replaced when the next one was made; times are in whole seconds, so the current one is asked for
        const old = versions.filter(({ version }, index) => {
          const next = versions[index - 1];
          return version !== current.version && next !== undefined && next.createdAtMs < replacedBeforeMs;
        });
        const some = old.slice(-DISABLE_MAX);
        for (const { version } of some)
          await client.updateSecretProperties(name, version, { enabled: false, ...patience() });
        return some.length;
      } catch (error) {
        throw withPurpose("disable old versions of", name, error);
      }
    },
  };
};

/** The newest version's value. */
export const readSecretOf =
  (vault: Pick<Secrets, "read">): ReadSecret =>
  async (name) =>
    (await vault.read(name)).value;
