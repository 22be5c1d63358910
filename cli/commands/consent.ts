import { setTimeout as sleep } from "node:timers/promises";

import { DefaultAzureCredential } from "@azure/identity";

import { isLoopback } from "../../shared/loopback.ts";
import { causeOf } from "../../shared/outcome/causes.ts";
import { isOfSuccess } from "../../shared/outcome/isOfSuccess.ts";
import { makeClient } from "../../shared/partner-center/client.ts";
import { findFirstCustomer, type FirstCustomer } from "../../shared/partner-center/firstCustomer.ts";
import { makeTransport } from "../../shared/partner-center/transport.ts";
import {
  CredentialError,
  readAppCredential,
  type AppCredential,
} from "../../shared/token/entra/appCredential.ts";
import type { Grant } from "../../shared/token/entra/grant.ts";
import { makeTokenEndpoint, type TokenEndpoint } from "../../shared/token/entra/tokenEndpoint.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { makeSecrets, type Secrets } from "../../shared/vault/secrets.ts";
import { CliError, EXIT, type ExitCode } from "../errors.ts";
import type { Io } from "../io.ts";

/** Options of consent; each has a setting of the functions for a default. */
export interface ConsentOptions {
  readonly tenant?: string;
  readonly clientId?: string;
  readonly vault?: string;
  readonly customer?: string;
}

interface Place {
  readonly tenantId: string;
  readonly clientId: string;
  readonly vaultUrl: URL;
  readonly authority: URL;
  readonly partnerCenterUrl: URL;
  readonly secrets: { readonly refresh: string; readonly access: string; readonly credential: string };
}

const REFRESH_LIFE_MS = 90 * 24 * 60 * 60_000;
const SLOWER_MS = 5000;

const toUrl = (text: string, name: string): URL => {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "https:" || isLoopback(url))) return url;
  throw new CliError(
    EXIT.usage,
    `Cannot use ${name} "${text}": it must be an address that begins with https://`,
  );
};

/** Where to sign in and where to store; what is not given comes from the settings of the functions. */
const placeOf = ({ tenant, clientId, vault }: ConsentOptions, env: Io["env"]): Place => {
  const need = (given: string | undefined, setting: string, option: string): string => {
    const value = given ?? env[setting];
    if (value !== undefined && value !== "") return value;
    throw new CliError(EXIT.usage, `Cannot sign in: give ${option}, or set ${setting}`);
  };
  const or = (setting: string, fallback: string): string => env[setting] || fallback;
  return {
    tenantId: need(tenant, "PARTNER_TENANT_ID", "--tenant"),
    clientId: need(clientId, "PARTNER_CLIENT_ID", "--client-id"),
    vaultUrl: toUrl(need(vault, "KEY_VAULT_URL", "--vault"), "the vault"),
    authority: toUrl(
      or("PARTNER_AUTHORITY_URL", "https://login.microsoftonline.com"),
      "PARTNER_AUTHORITY_URL",
    ),
    partnerCenterUrl: toUrl(
      or("PARTNER_CENTER_URL", "https://api.partnercenter.microsoft.com"),
      "PARTNER_CENTER_URL",
    ),
    secrets: {
      refresh: or("PARTNER_REFRESH_TOKEN_SECRET", "partner-refresh-token"),
      access: or("PARTNER_TOKEN_SECRET", "partner-access-token"),
      credential: or("PARTNER_CREDENTIAL_SECRET", "partner-app-credential"),
    },
  };
};

/** An app without a credential is a public client: that is for Microsoft Entra to say. */
const readCredential = async (vault: Secrets, name: string): Promise<AppCredential | undefined> => {
  try {
    return readAppCredential((await vault.read(name)).value);
  } catch (error) {
    if (error instanceof VaultError && error.code === "missing") return undefined;
    if (error instanceof VaultError) throw new CliError(EXIT.noAnswer, error.message);
    if (error instanceof CredentialError)
      throw new CliError(EXIT.usage, `Cannot use secret "${name}": ${error.message}`);
    throw error;
  }
};

const toError = (grant: Exclude<Grant, { kind: "tokens" | "pending" }>): CliError => {
  if (grant.kind === "notNow")
    return new CliError(EXIT.noAnswer, `Cannot sign in: Microsoft Entra ${grant.why}; try again`);
  const { failure, codes, error } = grant;
  const shown = codes.length === 0 ? error : codes.map((code) => `AADSTS${code}`).join(", ");
  return new CliError(EXIT.failed, `Cannot sign in (${shown}): ${failure.meaning}. ${failure.remedy}`);
};

/** Shows the code and waits until the person has signed in. */
const signIn = async (
  endpoint: TokenEndpoint,
  credential: AppCredential | undefined,
  { out, signal }: Io,
): Promise<Extract<Grant, { kind: "tokens" }>> => {
  const device = await endpoint.deviceCode();
  if ("kind" in device) throw toError(device);
  out.write(
    `Open ${device.verificationUri} and enter the code ${device.userCode}\nSign in as the service account, with MFA. Waiting …\n`,
  );
  const endMs = Date.now() + device.expiresInMs;
  let intervalMs = device.intervalMs;
  while (Date.now() < endMs) {
    await sleep(intervalMs, undefined, { signal }).catch(() => {
      throw new CliError(EXIT.interrupted, "Interrupted: nothing was stored");
    });
    const grant = await endpoint.redeem(device.deviceCode, credential);
    if (grant.kind === "tokens") return grant;
    if (grant.kind === "refused") throw toError(grant);
    if (grant.kind === "pending" && grant.slowDown) intervalMs += SLOWER_MS;
  }
  throw new CliError(EXIT.failed, "Nobody signed in before the code ran out; start again");
};

const describeRead = ({ kind, ...found }: FirstCustomer): { readonly ok: boolean; readonly text: string } => {
  if (kind === "read") return { ok: true, text: `reads customer ${found.customerId ?? ""}` };
  if (kind === "none") return { ok: true, text: "the partner has no customer to try a read with" };
  const { status, code, why = "" } = found;
  if (status === undefined || isOfSuccess(status))
    return { ok: false, text: `no read of a customer: ${why}` };
  const { meaning, remedy } = causeOf(status, code);
  return { ok: false, text: `no read of customer ${found.customerId ?? ""} (${why}): ${meaning}. ${remedy}` };
};

/** license-relay consent: signs in by device code, checks the token, stores it. */
export const consent = async (options: ConsentOptions, io: Io): Promise<ExitCode> => {
  const place = placeOf(options, io.env);
  const { secrets } = place;
  const vault = makeSecrets(place.vaultUrl, new DefaultAzureCredential());
  const credential = await readCredential(vault, secrets.credential);
  const tokens = await signIn(makeTokenEndpoint(place, Date.now), credential, io);
  const say = (ok: boolean, text: string): void => io.out.write(`${ok ? "good" : "NOT GOOD"}  ${text}\n`);

  const token = readPartnerToken(tokens.accessToken);
  if (token.problems.length === 0) say(true, "audience, user and MFA of the token");
  for (const { problem, remedy } of token.problems) say(false, `${problem}. ${remedy}`);
  const { refreshToken } = tokens;
  if (refreshToken === undefined)
    say(false, "no refresh token came; the app needs the permission offline_access");
  if (token.problems.length > 0 || refreshToken === undefined) {
    io.err.write("Nothing was stored: license calls would be refused. Set it right and sign in again\n");
    return EXIT.failed;
  }

  const transport = makeTransport({
    baseUrl: place.partnerCenterUrl,
    connectTimeoutMs: 10_000,
    answerTimeoutMs: 60_000,
    connectionsMax: 1,
  });
  const partnerCenter = makeClient(transport.send, Date.now);
  const found = await findFirstCustomer(transport.send, partnerCenter, tokens.accessToken, options.customer);
  await transport.close();
  const read = describeRead(found);
  say(read.ok, read.text);

  try {
    await vault.write(secrets.refresh, refreshToken, Date.now() + REFRESH_LIFE_MS);
    await vault.write(secrets.access, tokens.accessToken, Date.now() + tokens.expiresInSeconds * 1000);
  } catch (error) {
    if (error instanceof VaultError)
      throw new CliError(EXIT.noAnswer, `${error.message}; nothing is lost: sign in again`);
    throw error;
  }
  say(true, `stored as ${secrets.refresh} and ${secrets.access} in ${place.vaultUrl.host}`);
  return read.ok ? EXIT.good : EXIT.failed;
};
