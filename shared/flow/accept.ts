import { randomUUID } from "node:crypto";

import type { Log } from "../log.ts";
import { laneOf } from "../request/lane.ts";
import { parseJson, parseRequest, type Problem } from "../request/parse.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** What became of a request at the door. */
export type Accepted =
  | { readonly kind: "accepted"; readonly request: LicenseRequest }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  | { readonly kind: "notQueued"; readonly why: string };

export interface AcceptDeps {
  /** Puts the request on its lane; throws when the broker did not say that it has it. */
  readonly enqueue: (request: LicenseRequest) => Promise<void>;
  readonly lanesPerCustomer: number;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// The header's value may come as a quoted string (draft of the Idempotency-Key header)
const unquote = (value: string): string => value.trim().replace(/^"(.*)"$/, "$1");

/** A request without an id gets the caller's idempotency key, or an id of its own. */
const withRequestId = (body: unknown, idempotencyKey: string | undefined): unknown =>
  isObject(body) && !("requestId" in body)
    ? { ...body, requestId: idempotencyKey === undefined ? randomUUID() : unquote(idempotencyKey) }
    : body;

export type Accept = (bytes: Uint8Array, idempotencyKey: string | undefined, log: Log) => Promise<Accepted>;

/** Checks a request and puts it on the queue. */
export const makeAccept =
  ({ enqueue, lanesPerCustomer }: AcceptDeps): Accept =>
  async (bytes, idempotencyKey, log) => {
    const json = parseJson(bytes);
    if (!json.ok) return { kind: "invalid", problems: [{ pointer: "", detail: json.detail }] };
    const parsed = parseRequest(withRequestId(json.value, idempotencyKey));
    if (!parsed.ok) return { kind: "invalid", problems: parsed.problems };
    const { request } = parsed;
    const { requestId, customerId } = request;
    try {
      await enqueue(request);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      log("request.notQueued", { requestId, why });
      return { kind: "notQueued", why };
    }
    log("request.accepted", { requestId, customerId, lane: laneOf(request, lanesPerCustomer) });
    return { kind: "accepted", request };
  };
