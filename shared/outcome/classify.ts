import type { Answer, Answered } from "./answer.ts";
import { causeOf, type Cause } from "./causes.ts";

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
    };

const SUCCESS: ReadonlySet<number> = new Set([200, 201]);

const unreadable: Cause = {
  kind: "unsure",
  category: "unexpected-answer",
  owner: "Microsoft",
  meaning: "The answer says success, and its body is not what Partner Center sends",
  remedy: "Look at the user's licenses, and check PARTNER_CENTER_URL and any proxy; then replay",
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
  if (SUCCESS.has(status) && answer.readable) return { kind: "applied", answer };
  const cause = SUCCESS.has(status) ? unreadable : causeOf(status, code);
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
