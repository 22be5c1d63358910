import { randomUUID } from "node:crypto";

import type { Log } from "../log.ts";
import { parseRequest, type Parsed, type Problem } from "../request/parse.ts";
import { parseJson } from "../request/parseJson.ts";
import type { Accept, Accepted } from "./accept.ts";

/** What became of a body that came in. */
export type Submitted = Accepted | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

export type Submit = (bytes: Uint8Array, idempotencyKey: string | undefined, log: Log) => Promise<Submitted>;

const THROUGH_HTTP = "http";

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// The header's value may come as a quoted string (draft of the Idempotency-Key header)
const unquote = (value: string): string => value.trim().replace(/^"(.*)"$/, "$1");

/** A request without an id gets the caller's idempotency key, or an id of its own. */
const withRequestId = (body: unknown, idempotencyKey: string | undefined): unknown =>
  isObject(body) && !("requestId" in body)
    ? { ...body, requestId: idempotencyKey === undefined ? randomUUID() : unquote(idempotencyKey) }
    : body;

/** The body of a caller → request, or everything that is wrong with it. Never throws. */
export const parseSubmitted = (bytes: Uint8Array, idempotencyKey: string | undefined): Parsed => {
  const json = parseJson(bytes);
  return json.ok
    ? parseRequest(withRequestId(json.value, idempotencyKey))
    : { ok: false, problems: [{ pointer: "", detail: json.detail }] };
};

/** Checks the body of a caller and accepts what it asks for. */
export const makeSubmit =
  (accept: Accept): Submit =>
  async (bytes, idempotencyKey, log) => {
    const parsed = parseSubmitted(bytes, idempotencyKey);
    if (!parsed.ok) return { kind: "invalid", problems: parsed.problems };
    return accept(parsed.request, THROUGH_HTTP, log);
  };
