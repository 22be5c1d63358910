import type { TokenCredential } from "@azure/identity";

import type { Clock } from "../clock.ts";
import type { Settings } from "../settings.ts";
import { makeSecrets, readSecretOf, type ReadSecret, type Secrets } from "./secrets.ts";
import { makeSharedSecrets, type SharedSecrets } from "./sharedSecrets.ts";

/** The Key Vault of this app. */
export interface Vault extends Secrets {
  /** The value of a secret's newest version. @throws {VaultError} */
  readonly readSecret: ReadSecret;
  /** Secrets that deliveries and callbacks are signed with. */
  readonly sharedSecrets: SharedSecrets;
}

export interface VaultParts {
  readonly settings: Pick<Settings, "KEY_VAULT_URL">;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}

/** Opens no connection yet. */
export const makeVault = ({ settings, credential, clock }: VaultParts): Vault => {
  const secrets = makeSecrets(settings.KEY_VAULT_URL, credential);
  const readSecret = readSecretOf(secrets);
  return { ...secrets, readSecret, sharedSecrets: makeSharedSecrets(readSecret, clock.now) };
};
