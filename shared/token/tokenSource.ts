import type { Log } from "../log.ts";
import { VaultError, type VaultErrorCode } from "../vault/errors.ts";
import { readPartnerToken, type PartnerToken } from "./partnerToken.ts";

/** Before its end a token is read again, in the hope of its successor. */
const EARLY_MS = 5 * 60_000;
/** Between two reads while the vault holds a token that has expired. */
const EXPIRED_PAUSE_MS = 1000;
/** Between two reads while a token near its end has no successor yet. */
const NEAR_END_PAUSE_MS = 10_000;
/** A token that does not say when it ends is kept for this long. */
const UNKNOWN_END_MS = 5 * 60_000;

export type CurrentToken =
  | { readonly kind: "token"; readonly token: PartnerToken }
  /** There is none, or it is past its end: it may be there in a while. */
  | { readonly kind: "none"; readonly code: VaultErrorCode; readonly why: string };

export interface TokenSource {
  /** The token to use now. Throws only on a defect. */
  current(log: Log): Promise<CurrentToken>;
  /** Partner Center refused this token: the next use reads the vault again. */
  reject(token: PartnerToken): void;
}

export interface TokenSourceDeps {
  readonly read: () => Promise<string>;
  readonly now: () => number;
}

interface Cached {
  readonly token: PartnerToken;
  readonly readAtMs: number;
  readonly rejected: boolean;
}

/** When a cached token is to be read again, in milliseconds since 1970. */
const refreshAtMs = ({ token: { expiresAtMs }, readAtMs, rejected }: Cached): number => {
  if (rejected) return readAtMs;
  if (expiresAtMs === undefined) return readAtMs + UNKNOWN_END_MS;
  return Math.max(readAtMs + NEAR_END_PAUSE_MS, expiresAtMs - EARLY_MS);
};

const logToken = (log: Log, { expiresAtMs, problems }: PartnerToken, now: number): void => {
  log("token.read", {
    expiresInSeconds: expiresAtMs === undefined ? undefined : Math.round((expiresAtMs - now) / 1000),
  });
  for (const { problem, remedy } of problems) log("token.unfit", { problem, remedy });
};

const expired: CurrentToken = {
  kind: "none",
  code: "expired",
  why: "Cannot use the partner access token: it has expired; store a new one in the vault",
};

/**
 * The partner access token out of the vault: cached until shortly before its end, one read for all who wait,
 * and the old token as long as it lasts when the vault is out of reach.
 */
export const makeTokenSource = ({ read, now }: TokenSourceDeps): TokenSource => {
  let cached: Cached | undefined;
  let reading: Promise<Cached> | undefined;

  const readNow = async (log: Log): Promise<Cached> => {
    const token = readPartnerToken(await read());
    const changed = token.value !== cached?.token.value;
    cached = { token, readAtMs: now(), rejected: false };
    if (changed) logToken(log, token, now());
    return cached;
  };

  const readOnce = (log: Log): Promise<Cached> => {
    reading ??= readNow(log).finally(() => {
      reading = undefined;
    });
    return reading;
  };

  const isExpired = ({ token: { expiresAtMs = Infinity } }: Cached): boolean => now() >= expiresAtMs;

  const pick = async (log: Log): Promise<Cached> => {
    const known = cached;
    if (known === undefined) return readOnce(log);
    // A token past its end is read again as soon as the pause allows, so that its successor is found
    const dueMs = isExpired(known) ? known.readAtMs + EXPIRED_PAUSE_MS : refreshAtMs(known);
    if (now() < dueMs) return known;
    // Near its end, but good: the vault's trouble is no reason to stop
    const isSpare = !isExpired(known) && !known.rejected;
    return isSpare ? readOnce(log).catch(() => known) : readOnce(log);
  };

  return {
    async current(log) {
      try {
        const entry = await pick(log);
        return isExpired(entry) ? expired : { kind: "token", token: entry.token };
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        return { kind: "none", code: error.code, why: error.message };
      }
    },
    reject(token) {
      if (cached?.token.value === token.value) cached = { ...cached, rejected: true };
    },
  };
};
