import type { HttpResponseInit } from "@azure/functions";

import type { Problem } from "../request/parse.ts";

/** Seconds after which a caller may try again when a dependency of ours is out of reach. */
const RETRY_AFTER_SECONDS = 10;

const titles = {
  400: "The request is not valid",
  401: "The caller is not known",
  404: "There is no such resource",
  411: "The length of the body is not given",
  413: "The body is too large",
  415: "The body is not JSON",
  422: "The requestId belongs to another request",
  429: "Not now",
  500: "The ledger has it but cannot read it",
  503: "A service that is needed is out of reach",
} as const;

export type ProblemStatus = keyof typeof titles;

/** An error answer as RFC 9457 describes it. */
export const problemResponse = (
  status: ProblemStatus,
  detail: string,
  errors: readonly Problem[] = [],
  more: Readonly<Record<string, unknown>> = {},
): HttpResponseInit => ({
  status,
  headers: {
    "content-type": "application/problem+json",
    ...(status === 503 || status === 429 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
  },
  body: JSON.stringify({
    type: "about:blank",
    title: titles[status],
    status,
    detail,
    ...(errors.length === 0 ? {} : { errors }),
    ...more,
  }),
});
