import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { derivedId } from "../request/derivedId.ts";
import { VaultError } from "../vault/errors.ts";
import type { Secrets, StoredSecret } from "../vault/secrets.ts";
import type { Patiently } from "../wait/patiently.ts";
import { toAlertEvent, type AlertEvent } from "./alertEvent.ts";
import { CredentialError, readAppCredential } from "./entra/appCredential.ts";
import type { Grant } from "./entra/grant.ts";
import type { TokenEndpoint } from "./entra/tokenEndpoint.ts";
import { readPartnerToken, tokenIdOf } from "./partnerToken.ts";
import type { Renewal, Renewals } from "./store/renewals.ts";
import type { TokenGate } from "./tokenGate.ts";
import { isClosedFor } from "./tokenGate.ts";
import type { ReadTokenAlerts } from "./tokenHealth.ts";

/** The secrets of the Secure Application Model, by name, and the app they belong to. */
export interface RenewalSecrets {
  readonly refresh: string;
  readonly access: string;
  readonly credential: string;
  /** Tells one app from another. */
  readonly app: string;
}

export interface RenewDeps {
  readonly clock: Clock;
  readonly vault: Secrets;
  readonly renewals: Renewals;
  readonly endpoint: Pick<TokenEndpoint, "refresh">;
  readonly secrets: RenewalSecrets;
  readonly gate: Pick<TokenGate, "read">;
  readonly patiently: Patiently;
}

/** Renews the tokens when it is time. Never throws for trouble of others: it is noted, and the next run tries again. */
export type Renew = (log: Log) => Promise<void>;

/** An access token with less left is renewed. */
const EARLY_MS = 30 * 60_000;
const LEASE_MS = 3 * 60_000;
const TRIES = 3;
const PAUSE_MS = 1000;
const REFRESH_LIFE_MS = 90 * 24 * 60 * 60_000;
/** Replaced versions stay usable for so long: another instance may just have read one. */
const GRACE_MS = 24 * 60 * 60_000;
/** A token that Partner Center refuses is replaced, but not more often than this. */
const REFUSED_PAUSE_MS = 30 * 60_000;

/** These refusals can be over with a new access token; for the others a person has to do something first. */
const CURED_BY_RENEWAL: ReadonlySet<string> = new Set(["token-rejected", "token-kind", "token-audience"]);

interface Stored {
  readonly refresh: StoredSecret;
  readonly credential: StoredSecret;
}

const keyOf = ({ refresh, credential }: Stored, app: string): string =>
  derivedId("renewal", refresh.version, credential.version, app);

export const makeRenew = (deps: RenewDeps): Renew => {
  const { clock, vault, renewals, endpoint, secrets, gate, patiently } = deps;
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const readAccess = async (): Promise<string | undefined> => {
    try {
      return (await vault.read(secrets.access)).value;
    } catch (error) {
      if (error instanceof VaultError && (error.code === "missing" || error.code === "forbidden"))
        return undefined;
      throw error;
    }
  };

  const isRefused = async (value: string, { renewedAt }: Renewal): Promise<boolean> => {
    const row = await gate.read();
    const isCurable = row !== undefined && CURED_BY_RENEWAL.has(row.category);
    const isRecent = renewedAt !== undefined && clock.now() - Date.parse(renewedAt) < REFUSED_PAUSE_MS;
    return isCurable && !isRecent && isClosedFor(row, tokenIdOf({ value }));
  };

  const isDue = async (value: string | undefined, renewal: Renewal): Promise<boolean> => {
    if (value === undefined) return true;
    const { expiresAtMs = 0 } = readPartnerToken(value);
    return expiresAtMs - clock.now() < EARLY_MS || isRefused(value, renewal);
  };

  const ask = async ({ refresh, credential }: Stored): Promise<Grant> => {
    const proof = readAppCredential(credential.value);
    for (let tries = 1; ; tries += 1) {
      const grant = await endpoint.refresh(refresh.value, proof);
      if (grant.kind !== "notNow" || tries === TRIES) return grant;
      const waitMs = Math.max(grant.retryAfterMs, PAUSE_MS * 2 ** tries);
      // The next run comes soon enough
      if (waitMs > LEASE_MS / 3) return grant;
      await clock.sleep(waitMs);
    }
  };

  /** The refresh token first: with it the access token can be had again, but not the other way around. */
  const store = async (
    { accessToken, refreshToken, expiresInSeconds }: Extract<Grant, { kind: "tokens" }>,
    log: Log,
  ): Promise<void> => {
    if (refreshToken !== undefined) {
      const untilMs = clock.now() + REFRESH_LIFE_MS;
      await patiently("refresh token", () => vault.write(secrets.refresh, refreshToken, untilMs), log);
    }
    const untilMs = clock.now() + expiresInSeconds * 1000;
    await patiently("access token", () => vault.write(secrets.access, accessToken, untilMs), log);
    log("token.renewed", { expiresInSeconds, hasRefreshToken: refreshToken !== undefined });
  };

  const clean = async (renewal: Renewal, log: Log): Promise<Renewal> => {
    const { cleanedAt } = renewal;
    if (cleanedAt !== undefined && clock.now() - Date.parse(cleanedAt) < GRACE_MS) return renewal;
    const before = clock.now() - GRACE_MS;
    let disabled = 0;
    for (const name of [secrets.refresh, secrets.access])
      disabled += await vault.disableReplaced(name, before);
    log("token.cleaned", { disabled });
    return { ...renewal, cleanedAt: nowIso() };
  };

  const failed = (renewal: Renewal, why: string, log: Log): Renewal => {
    log("token.notRenewed", { why });
    return { ...renewal, failed: { at: nowIso(), why } };
  };

  const renewNow = async (renewal: Renewal, log: Log): Promise<Renewal> => {
    const stored = {
      refresh: await vault.read(secrets.refresh),
      credential: await vault.read(secrets.credential),
    };
    const key = keyOf(stored, secrets.app);
    // Asking again would be answered the same
    if (renewal.stopped?.key === key) return renewal;
    const { stopped: _over, ...rest } = renewal;
    const grant = await ask(stored);
    switch (grant.kind) {
      case "tokens": {
        await store(grant, log);
        const { failed: _before, ...good } = rest;
        return clean({ ...good, renewedAt: nowIso() }, log);
      }
      case "refused": {
        const { failure, error, codes } = grant;
        log("token.renewalStopped", {
          category: failure.category,
          error,
          codes: codes.join(" "),
          remedy: failure.remedy,
        });
        return { ...rest, stopped: { ...failure, key, codes, at: nowIso() } };
      }
      case "notNow":
        return failed(rest, `Microsoft Entra ${grant.why}`, log);
      case "pending":
        return failed(rest, "Microsoft Entra answered as if a person had to sign in", log);
      default:
        return grant satisfies never;
    }
  };

  const run = async (log: Log): Promise<void> => {
    const before = await renewals.read();
    let after: Renewal;
    try {
      if (!(await isDue(await readAccess(), before))) return;
      after = await renewNow(before, log);
    } catch (error) {
      if (!(error instanceof VaultError) && !(error instanceof CredentialError)) throw error;
      const why =
        error instanceof CredentialError
          ? `Cannot use secret "${secrets.credential}": ${error.message}`
          : error.message;
      after = failed(before, why, log);
    }
    await renewals.write(after);
  };

  return async (log) => {
    const isMine = await renewals.alone(LEASE_MS, () => run(log));
    log("token.checked", { isElsewhere: !isMine });
  };
};

export interface TellAlertsDeps {
  readonly clock: Clock;
  readonly renewals: Renewals;
  readonly readAlerts: ReadTokenAlerts;
  readonly publish: (event: AlertEvent) => Promise<void>;
}

/** Tells of what is new about the tokens; what is still true is not told again. */
export const makeTellAlerts =
  ({ clock, renewals, readAlerts, publish }: TellAlertsDeps): Renew =>
  async (log) => {
    const alerts = await readAlerts();
    const renewal = await renewals.read();
    const known = new Set(renewal.told);
    const fresh = alerts.filter(({ id }) => !known.has(id));
    for (const alert of fresh) {
      const { id, severity, meaning, remedy } = alert;
      await publish(toAlertEvent(alert, new Date(clock.now()).toISOString()));
      log("token.alert", { alert: id, severity, meaning, remedy });
    }
    const told = alerts.map(({ id }) => id);
    if (told.join() === renewal.told.join()) return;
    await renewals.write({ ...(await renewals.read()), told });
  };
