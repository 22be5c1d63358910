import type { HttpRequest } from "@azure/functions";

import type { ProblemStatus } from "./problem.ts";

/** No request needs more: 20 licenses with 200 plans each would, and is not a request anybody has. */
const BODY_MAX_BYTES = 64 * 1024;

export type Body =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly status: ProblemStatus; readonly detail: string };

export interface BodyRules {
  /** @default 64 KiB */
  readonly maxBytes?: number;
  /** Whatever its type is said to be: ticketing systems say what they like. */
  readonly isAnyType?: boolean;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

const tooLarge = (maxBytes: number): Body => ({
  ok: false,
  status: 413,
  detail: `The body may have at most ${maxBytes} bytes; split the request`,
});

const refusalOf = (
  headers: HttpRequest["headers"],
  { maxBytes, isAnyType }: Required<BodyRules>,
): Body | undefined => {
  if (!isAnyType && !JSON_TYPE.test(headers.get("content-type") ?? "")) {
    return { ok: false, status: 415, detail: "Send the header Content-Type: application/json" };
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    return { ok: false, status: 415, detail: "Send the body as it is, without Content-Encoding" };
  }
  const length = headers.get("content-length");
  // The host hands over a chunked body as an empty one: better an error than a lost request
  if (length === null && headers.has("transfer-encoding")) {
    return { ok: false, status: 411, detail: "Send the header Content-Length; a chunked body is not read" };
  }
  return Number(length ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
};

/** The bytes of a JSON body, or why they are not taken. Never throws. */
export const readBody = async (
  request: HttpRequest,
  { maxBytes = BODY_MAX_BYTES, isAnyType = false }: BodyRules = {},
): Promise<Body> => {
  const refusal = refusalOf(request.headers, { maxBytes, isAnyType });
  if (refusal !== undefined) return refusal;
  try {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > maxBytes ? tooLarge(maxBytes) : { ok: true, bytes };
  } catch {
    return { ok: false, status: 400, detail: "The body could not be read; send it again" };
  }
};
