import type { Answer, Answered } from "./answer.ts";
import { causeOf, type Cause } from "./causes.ts";
import { isOfSuccess } from "./isOfSuccess.ts";

/** What one answer means for the request, before anything is done about it. */
export type Verdict =
  | { readonly kind: "applied"; readonly answer: Answered }
  | { readonly kind: "refused"; readonly answer: Answered; readonly cause: Cause }
  | {
      readonly kind: "retry";
      readonly category: string;
      readonly why: string;
      readonly retryAfterMs: number;
      /** The change may have been applied: read the licenses back before the next call. */
      readonly unsure: boolean;
    }
  /** It says success without evidence: the licenses have to be read back, and this does not pass by waiting. */
  | {
      readonly kind: "unclear";
      readonly answer: Answered;
      readonly cause: Cause;
      readonly why: string;
      readonly retryAfterMs: number;
    };

// https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user has 201,
// https://learn.microsoft.com/rest/api/partner-center/manage-customer-accounts/license-updates 200 beside it
const SUCCESS: ReadonlySet<number> = new Set([200, 201]);

/** What came in place of a license update, for an operator. */
const wordsOf = ({ status, readable, confirms, excerpt }: Answered): string => {
  if (confirms === true && readable)
    return `Partner Center answered ${status} with a license update; that is documented for 200 and 201`;
  if (excerpt !== undefined) return `Partner Center answered ${status} with: ${excerpt}`;
  if (!readable) return `Partner Center answered ${status} with a body that broke off or is too large`;
  return `Partner Center answered ${status} without a body`;
};

/** The answer to a licenseupdates call → what it means. Pure. */
export const classify = (answer: Answer): Verdict => {
  if (answer.kind === "noAnswer") {
    const { why, sent, retryAfterMs } = answer;
    return retryAfterMs === undefined
      ? { kind: "retry", category: "no-answer", why, retryAfterMs: 0, unsure: sent }
      : { kind: "retry", category: "throttled", why, retryAfterMs, unsure: false };
  }
  const { status, code, retryAfterMs = 0 } = answer;
  if (SUCCESS.has(status) && answer.readable && answer.confirms === true) return { kind: "applied", answer };
  const cause = causeOf(status, code);
  if (isOfSuccess(status)) return { kind: "unclear", answer, cause, why: wordsOf(answer), retryAfterMs };
  switch (cause.kind) {
    case "refusal":
    case "token":
      return { kind: "refused", answer, cause };
    case "transient":
    case "unsure":
      return {
        kind: "retry",
        category: cause.category,
        why: `Partner Center answered ${status}${code === undefined ? "" : `/${code}`}`,
        retryAfterMs,
        unsure: cause.kind === "unsure",
      };
    default:
      return cause.kind satisfies never;
  }
};
