import type { Clock } from "../clock.ts";
import { acceptRequest, type AcceptDecision } from "../ledger/entry/accept.ts";
import type { Status } from "../ledger/entry/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import { laneOf } from "../request/lane.ts";
import type { LicenseRequest } from "../request/schema.ts";

/** What became of a request that came in. */
export type Accepted =
  | { readonly kind: "accepted"; readonly request: LicenseRequest; readonly status: Status }
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

/** @param through who brought it, for a request that does not say who asked */
export type Accept = (request: LicenseRequest, through: string, log: Log) => Promise<Accepted>;

const outOfReach = (what: "queue" | "ledger", requestId: string, error: unknown, log: Log): Accepted => {
  const why = error instanceof Error ? error.message : "unknown";
  log("request.notQueued", { requestId, what, why });
  return { kind: "outOfReach", what };
};

/** Notes a request in the ledger and puts it on the queue; one that is known already is answered. */
export const makeAccept = ({ clock, ledger, enqueue, lanesPerCustomer }: AcceptDeps): Accept => {
  const note = async (request: LicenseRequest, through: string) => {
    const at = new Date(clock.now()).toISOString();
    return ledger.change(request.requestId, (entry) => acceptRequest(entry, request, at, through));
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

  return async (request, through, log) => {
    let noted: AcceptDecision;
    try {
      noted = await note(request, through);
    } catch (error) {
      return outOfReach("ledger", request.requestId, error, log);
    }
    if (noted.kind === "reused") return noted;
    const status = noted.kind === "known" ? noted.request.status : "accepted";
    // Known and only accepted: whoever took it may have stopped before the queue had it
    return status === "accepted" ? put(request, log) : { kind: "accepted", request, status };
  };
};
