import { request as httpRequest } from "undici";
import { z } from "zod";

import { atLeast, atMost } from "../../request/length.ts";
import { parseJson } from "../../request/parseJson.ts";
import { readForeign } from "../../request/readForeign.ts";
import { retryAfterMs } from "../../wait/retryAfter.ts";
import { credentialFields, type AppCredential } from "./appCredential.ts";
import { readGrant, type Grant } from "./grant.ts";

/** Which app asks, and where. */
export interface EntraApp {
  /** Of the partner, also for calls about a customer. */
  readonly tenantId: string;
  readonly clientId: string;
  /** For example https://login.microsoftonline.com */
  readonly authority: URL;
}

/** What a person needs to sign in on another device. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly intervalMs: number;
  readonly expiresInMs: number;
}

/**
 * The token endpoint of Microsoft Entra, version 2. Never throws, but for a bad credential.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
export interface TokenEndpoint {
  /** @throws {CredentialError} */
  refresh(refreshToken: string, credential: AppCredential): Promise<Grant>;
  deviceCode(): Promise<DeviceCode | Exclude<Grant, { kind: "tokens" | "pending" }>>;
  /** Whether the person has signed in. @throws {CredentialError} */
  redeem(deviceCode: string, credential: AppCredential | undefined): Promise<Grant>;
}

const SCOPE = "https://api.partnercenter.microsoft.com/user_impersonation offline_access";
const TIMEOUT_MS = 20_000;
const ANSWER_MAX_BYTES = 256 * 1024;
/** "The client is public": then it must not send a credential. */
const PUBLIC_CLIENT = 700_025;

/** A timer of Node.js takes no longer wait. */
const WAIT_MAX_SECONDS = 24 * 60 * 60;

const Device = z.object({
  device_code: z.string().check(atLeast(1)),
  user_code: z.string().check(atLeast(1), atMost(40)),
  verification_uri: z.url({ protocol: /^https?$/ }).check(atMost(500)),
  interval: z.coerce.number().positive().max(WAIT_MAX_SECONDS).catch(5),
  expires_in: z.coerce.number().positive().max(WAIT_MAX_SECONDS).catch(900),
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number;
}

const parse = (text: string): unknown => {
  const json = parseJson(text);
  return json.ok ? json.value : undefined;
};

/** Undefined when it is too large. */
const readText = async (body: AsyncIterable<Uint8Array>): Promise<string | undefined> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no connection";

export const makeTokenEndpoint = (
  { tenantId, clientId, authority }: EntraApp,
  now: () => number,
): TokenEndpoint => {
  const base = `${authority.href.replace(/\/$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0`;
  const tokenUrl = `${base}/token`;

  const post = async (url: string, fields: Readonly<Record<string, string>>): Promise<Answer | string> => {
    try {
      const response = await httpRequest(url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams({ client_id: clientId, ...fields }).toString(),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await readText(response.body);
      if (text === undefined) return "answered with a body that is too large";
      const header = response.headers["retry-after"];
      return {
        status: response.statusCode,
        body: parse(text),
        retryAfterMs: retryAfterMs(Array.isArray(header) ? header[0] : header, now()),
      };
    } catch (error) {
      return `no answer: ${codeOf(error)}`;
    }
  };

  const ask = async (
    fields: Readonly<Record<string, string>>,
    credential: AppCredential | undefined,
  ): Promise<Grant> => {
    const proof =
      credential === undefined ? {} : await credentialFields(credential, clientId, tokenUrl, now());
    const answer = await post(tokenUrl, { ...fields, ...proof });
    if (typeof answer === "string") return { kind: "notNow", why: answer, retryAfterMs: 0 };
    const grant = readGrant(answer.status, answer.body, answer.retryAfterMs);
    const isPublic = grant.kind === "refused" && grant.codes.includes(PUBLIC_CLIENT);
    return isPublic && credential !== undefined ? ask(fields, undefined) : grant;
  };

  return {
    refresh: (refreshToken, credential) =>
      ask({ grant_type: "refresh_token", refresh_token: refreshToken, scope: SCOPE }, credential),
    redeem: (deviceCode, credential) =>
      ask(
        { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: deviceCode },
        credential,
      ),
    async deviceCode() {
      const answer = await post(`${base}/devicecode`, { scope: SCOPE });
      if (typeof answer === "string") return { kind: "notNow", why: answer, retryAfterMs: 0 };
      const read = readForeign(Device, answer.status === 200 ? answer.body : undefined);
      if (!read.ok) {
        const grant = readGrant(answer.status, answer.body, answer.retryAfterMs);
        return grant.kind === "refused" || grant.kind === "notNow"
          ? grant
          : { kind: "notNow", why: "answered with a body that cannot be read", retryAfterMs: 0 };
      }
      return {
        deviceCode: read.value.device_code,
        userCode: read.value.user_code,
        verificationUri: read.value.verification_uri,
        intervalMs: read.value.interval * 1000,
        expiresInMs: read.value.expires_in * 1000,
      };
    },
  };
};
