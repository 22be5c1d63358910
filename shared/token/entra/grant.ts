import { z } from "zod";

import { present } from "../../present.ts";
import { atLeast, atMost } from "../../request/length.ts";
import { readForeign } from "../../request/readForeign.ts";
import { entraFailureOf, type EntraFailure } from "./failures.ts";

/** What the token endpoint answered. */
export type Grant =
  | {
      readonly kind: "tokens";
      readonly accessToken: string;
      /** Absent when none came: then the one before stays in use. */
      readonly refreshToken?: string;
      readonly expiresInSeconds: number;
    }
  /** It will not change by asking again. */
  | {
      readonly kind: "refused";
      readonly error: string;
      readonly codes: readonly number[];
      readonly failure: EntraFailure;
    }
  /** The person has not signed in yet (device code). */
  | { readonly kind: "pending"; readonly slowDown: boolean }
  | { readonly kind: "notNow"; readonly why: string; readonly retryAfterMs: number };

/** Nothing lives longer, and a time further off is no date any more. */
const LIFE_MAX_SECONDS = 366 * 24 * 60 * 60;

// The endpoint of version 1 writes numbers as text:
// https://learn.microsoft.com/azure/active-directory/azuread-dev/v1-protocols-oauth-code
const Tokens = z.object({
  access_token: z.string().check(atLeast(1)),
  refresh_token: z.string().check(atLeast(1)).optional(),
  expires_in: z.coerce.number().positive().max(LIFE_MAX_SECONDS).catch(3600),
});

const Refusal = z.object({
  error: z.string().check(atMost(100)),
  error_codes: z.array(z.number()).catch([]),
  error_description: z.string().catch(""),
});

const PENDING: ReadonlySet<string> = new Set(["authorization_pending", "slow_down"]);
/** Trouble of Microsoft Entra's own, whatever the status. */
const PASSES: ReadonlySet<string> = new Set(["temporarily_unavailable", "server_error"]);

/** The words of a description are not kept: they name people and apps. */
const codesOf = ({ error_codes, error_description }: z.infer<typeof Refusal>): readonly number[] =>
  error_codes.length > 0
    ? error_codes
    : [...error_description.matchAll(/AADSTS(\d{4,8})/g)].map(([, code]) => Number(code));

/** An answer of the token endpoint → what it means. Pure. @param body undefined for what is no JSON */
export const readGrant = (status: number, body: unknown, retryAfterMs: number): Grant => {
  if (status === 200) {
    const read = readForeign(Tokens, body);
    return !read.ok
      ? { kind: "notNow", why: "answered 200 with a body that cannot be read", retryAfterMs }
      : {
          kind: "tokens",
          accessToken: read.value.access_token,
          expiresInSeconds: read.value.expires_in,
          ...present({ refreshToken: read.value.refresh_token }),
        };
  }
  const read = readForeign(Refusal, body);
  const data = read.ok ? read.value : undefined;
  if (data === undefined || status >= 500 || status === 408 || status === 429 || PASSES.has(data.error))
    return { kind: "notNow", why: `answered ${status}`, retryAfterMs };
  if (PENDING.has(data.error)) return { kind: "pending", slowDown: data.error === "slow_down" };
  const codes = codesOf(data);
  return { kind: "refused", error: data.error, codes, failure: entraFailureOf(data.error, codes) };
};
