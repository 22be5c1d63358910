import type { Clock } from "../clock.ts";
import { VaultError } from "../vault/errors.ts";
import type { Secrets, StoredSecret } from "../vault/secrets.ts";
import { judgeTokens, type TokenAlert } from "./alerts.ts";
import { readPartnerToken, tokenIdOf } from "./partnerToken.ts";
import type { MfaNotes } from "./store/mfaNotes.ts";
import type { Renewals } from "./store/renewals.ts";
import { isClosedFor, type TokenGate } from "./tokenGate.ts";

export interface TokenHealthDeps {
  readonly clock: Clock;
  readonly vault: Pick<Secrets, "read">;
  readonly renewals: Pick<Renewals, "read">;
  readonly gate: Pick<TokenGate, "read">;
  readonly mfaNotes: Pick<MfaNotes, "isNoted">;
  readonly accessSecret: string;
  /** Undefined when the relay does not renew the token itself. */
  readonly refreshSecret: string | undefined;
}

/** What somebody should look at about the tokens. @throws {VaultError | LedgerError} when that cannot be told */
export type ReadTokenAlerts = () => Promise<readonly TokenAlert[]>;

/** For health, which anybody may read: names of what is wrong, nothing else. */
export const reasonOf = (alerts: readonly TokenAlert[]): string | undefined =>
  alerts.length === 0 ? undefined : alerts.map(({ id }) => id).join(", ");

export const makeReadTokenAlerts = (deps: TokenHealthDeps): ReadTokenAlerts => {
  const { clock, vault, renewals, gate, mfaNotes, accessSecret, refreshSecret } = deps;

  /** One that is not there is told of; a vault that is out of reach is another check's affair. */
  const readIfThere = async (name: string): Promise<StoredSecret | undefined> => {
    try {
      return await vault.read(name);
    } catch (error) {
      if (error instanceof VaultError && error.code === "missing") return undefined;
      throw error;
    }
  };

  return async () => {
    const [access, refresh, renewal, row] = await Promise.all([
      readIfThere(accessSecret),
      refreshSecret === undefined ? undefined : readIfThere(refreshSecret),
      renewals.read(),
      gate.read(),
    ]);
    const isClosed = access !== undefined && isClosedFor(row, tokenIdOf(access));
    return judgeTokens({
      nowMs: clock.now(),
      access: access === undefined ? undefined : readPartnerToken(access.value),
      refreshCreatedAtMs: refresh?.createdAtMs,
      isRenewing: refreshSecret !== undefined,
      stopped: refreshSecret === undefined ? undefined : renewal.stopped,
      failedWhy: renewal.failed?.why,
      gateCategory: isClosed ? row?.category : undefined,
      isWithoutMfa: access !== undefined && (await mfaNotes.isNoted(tokenIdOf(access))),
    });
  };
};
