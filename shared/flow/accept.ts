import { randomUUID } from "node:crypto";

import type { Clock } from "../clock.ts";
import { acceptRequest, type AcceptDecision } from "../entry/accept.ts";
import type { Status } from "../entry/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import { laneOf } from "../request/lane.ts";
import { parseJson, parseRequest, type Problem } from "../request/parse.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** What became of a request at the door. */
export type Accepted =
  | { readonly kind: "accepted"; readonly request: LicenseRequest; readonly status: Status }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  /** The requestId belongs to a request with another body. */
  | { readonly kind: "reused"; readonly known: string; readonly given: string }
  | { readonly kind: "outOfReach"; readonly what: "queue" | "ledger" };

export interface AcceptDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "change">;
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

const THROUGH_HTTP = "http";

const outOfReach = (what: "queue" | "ledger", requestId: string, error: unknown, log: Log): Accepted => {
  const why = error instanceof Error ? error.message : "unknown";
  log("request.notQueued", { requestId, what, why });
  return { kind: "outOfReach", what };
};

/** Checks a request, notes it in the ledger and puts it on the queue; one that is known already is answered. */
export const makeAccept = ({ clock, ledger, enqueue, lanesPerCustomer }: AcceptDeps): Accept => {
  const note = async (request: LicenseRequest) => {
    const at = new Date(clock.now()).toISOString();
    return ledger.change(request.requestId, (entry) => acceptRequest(entry, request, at, THROUGH_HTTP));
  };

  const put = async (request: LicenseRequest, log: Log): Promise<Accepted> => {
    const { requestId, customerId } = request;
    try {
      await enqueue(request);
    } catch (error) {
      return outOfReach("queue", requestId, error, log);
    }
    log("request.accepted", { requestId, customerId, lane: laneOf(request, lanesPerCustomer) });
    return { kind: "accepted", request, status: "accepted" };
  };

  return async (bytes, idempotencyKey, log) => {
    const json = parseJson(bytes);
    if (!json.ok) return { kind: "invalid", problems: [{ pointer: "", detail: json.detail }] };
    const parsed = parseRequest(withRequestId(json.value, idempotencyKey));
    if (!parsed.ok) return { kind: "invalid", problems: parsed.problems };
    const { request } = parsed;
    let noted: AcceptDecision;
    try {
      noted = await note(request);
    } catch (error) {
      return outOfReach("ledger", request.requestId, error, log);
    }
    if (noted.kind === "reused") return noted;
    const status = noted.kind === "known" ? noted.request.status : "accepted";
    // Known and only accepted: whoever took it may have stopped before the queue had it
    return status === "accepted" ? put(request, log) : { kind: "accepted", request, status };
  };
};
