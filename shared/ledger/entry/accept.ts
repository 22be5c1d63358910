import type { LicenseRequest } from "../../request/schema.ts";
import { newEntry, toChange, type Change } from "./change.ts";
import { digestOf } from "./digest.ts";
import type { Entry, RequestPart, Step } from "./entry.ts";

/** Whether a request is new to the ledger. `reused`: its id belongs to a request that asks for something else. */
export type AcceptDecision =
  | { readonly kind: "new"; readonly change: Change }
  | { readonly kind: "known"; readonly entry: Entry; readonly request: RequestPart }
  | { readonly kind: "reused"; readonly known: string; readonly given: string };

/** A request comes in. Pure. */
export const acceptRequest = (
  entry: Entry | undefined,
  body: LicenseRequest,
  at: string,
  through: string,
): AcceptDecision => {
  const digest = digestOf(body);
  const known = entry?.request;
  if (entry !== undefined && known !== undefined) {
    return known.digest === digest
      ? { kind: "known", entry, request: known }
      : { kind: "reused", known: known.digest, given: digest };
  }
  const request: RequestPart = { body, digest, status: "accepted", acceptedAt: at, run: 0, ends: 0 };
  const step: Step = { at, event: "accepted", run: 0, by: body.requestedBy ?? through };
  return {
    kind: "new",
    change: toChange(entry ?? newEntry(body.requestId, at), at, { request }, [step]),
  };
};
