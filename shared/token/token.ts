import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Send } from "../partner-center/transport.ts";
import type { Settings } from "../settings.ts";
import type { Vault } from "../vault/vault.ts";
import type { HoldSettings } from "../wait/hold.ts";
import { makePatiently } from "../wait/patiently.ts";
import { makeTokenEndpoint, type EntraApp } from "./entra/tokenEndpoint.ts";
import { watchMfa } from "./mfaWatch.ts";
import { makeRenew, makeTellAlerts, type Renew, type TellAlertsDeps } from "./renew.ts";
import { makeGateStore } from "./store/gate.ts";
import { makeMfaNotes } from "./store/mfaNotes.ts";
import { makeRenewals } from "./store/renewals.ts";
import { makeTokenGate, type TokenGate } from "./tokenGate.ts";
import { makeReadTokenAlerts, reasonOf } from "./tokenHealth.ts";
import { makeTokenSource, type TokenSource } from "./tokenSource.ts";

/** The partner access token: where it comes from, whether it may be used, how it is kept alive. */
export interface Token {
  readonly source: TokenSource;
  readonly gate: TokenGate;
  /** Renews the token when it is time, and tells of what is wrong with it. */
  readonly tend: Renew;
  /** Names of what somebody should look at; undefined when all is well. @throws {VaultError | LedgerError} */
  readonly warning: () => Promise<string | undefined>;
  /** Whether it can be read now. @throws {VaultError} */
  readonly check: () => Promise<unknown>;
  /** Notes what Partner Center says of the MFA of a token. */
  readonly watchMfa: (send: Send) => Send;
}

export interface TokenParts {
  readonly settings: Pick<
    Settings,
    | "PARTNER_TENANT_ID"
    | "PARTNER_CLIENT_ID"
    | "PARTNER_AUTHORITY_URL"
    | "PARTNER_TOKEN_SECRET"
    | "PARTNER_REFRESH_TOKEN_SECRET"
    | "PARTNER_CREDENTIAL_SECRET"
  >;
  readonly clock: Clock;
  readonly hold: HoldSettings;
  readonly vault: Vault;
  readonly ledger: Pick<Ledger, "table">;
  readonly publish: TellAlertsDeps["publish"];
}

/** A new token is worth some patience with the vault; shorter than the lease of a renewal. */
const WRITE_PATIENCE_MS = 45_000;

/** Undefined when somebody else renews the token. */
const entraAppOf = (settings: TokenParts["settings"]): EntraApp | undefined => {
  const { PARTNER_TENANT_ID: tenantId, PARTNER_CLIENT_ID: clientId } = settings;
  return tenantId === undefined || clientId === undefined
    ? undefined
    : { tenantId, clientId, authority: settings.PARTNER_AUTHORITY_URL };
};

export const makeToken = ({ settings, clock, hold, vault, ledger, publish }: TokenParts): Token => {
  const access = settings.PARTNER_TOKEN_SECRET;
  const refresh = settings.PARTNER_REFRESH_TOKEN_SECRET;
  const credential = settings.PARTNER_CREDENTIAL_SECRET;
  const entraApp = entraAppOf(settings);
  const table = ledger.table("licensegate");
  const renewals = makeRenewals(table, clock.now);
  const mfaNotes = makeMfaNotes(table);
  const gate = makeTokenGate(makeGateStore(table), clock);
  const read = (): Promise<string> => vault.readSecret(access);

  const renew =
    entraApp &&
    makeRenew({
      clock,
      vault,
      renewals,
      endpoint: makeTokenEndpoint(entraApp, clock.now),
      secrets: { refresh, access, credential, app: `${entraApp.tenantId}/${entraApp.clientId}` },
      gate,
      patiently: makePatiently(clock, { ...hold, holdBudgetMs: WRITE_PATIENCE_MS }),
    });
  const readAlerts = makeReadTokenAlerts({
    clock,
    vault,
    renewals,
    gate,
    mfaNotes,
    accessSecret: access,
    refreshSecret: entraApp === undefined ? undefined : refresh,
  });
  const tellAlerts = makeTellAlerts({ clock, renewals, readAlerts, publish });

  return {
    source: makeTokenSource({ read, now: clock.now }),
    gate,
    async tend(log) {
      await renew?.(log);
      await tellAlerts(log);
    },
    warning: async () => reasonOf(await readAlerts()),
    check: read,
    watchMfa: (send) =>
      watchMfa(send, (tokenId) => {
        // For the record; the call itself must not wait for it, nor fail with it
        mfaNotes.note(tokenId).catch(() => undefined);
      }),
  };
};
