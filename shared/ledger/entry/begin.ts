import { present } from "../../present.ts";
import type { LicenseRequest } from "../../request/schema.ts";
import { acceptRequest } from "./accept.ts";
import { toChange, type Change } from "./change.ts";
import type { Entry, Parked, Replay, RequestPart, Step } from "./entry.ts";

/** What a delivery of a request is for. */
export type BeginDecision =
  | {
      readonly kind: "run";
      readonly change: Change;
      readonly acceptedAt: string;
      /** A call may have been made before: the user's licenses are read first. */
      readonly readBackFirst: boolean;
      /** An operator sent it again. */
      readonly replay?: Replay;
      /** It waited for seats. */
      readonly parked?: Parked;
    }
  /** It has ended or is parked; whoever was to be told may not have heard. */
  | { readonly kind: "ended"; readonly entry: Entry }
  | { readonly kind: "reused"; readonly known: string; readonly given: string };

const withoutResume = ({ resume: _over, ...parked }: Parked): Parked => parked;

const start = (
  entry: Entry,
  { waiting: _over, parked: known, ...request }: RequestPart,
  at: string,
  before: readonly Step[],
  replay?: Replay,
): BeginDecision => {
  const run = replay?.run ?? request.run;
  const wasBegun = request.status !== "accepted";
  const parked = known === undefined ? undefined : withoutResume(known);
  const step: Step = { at, event: "applying", run, ...present({ by: replay?.by }) };
  return {
    kind: "run",
    change: toChange(
      entry,
      at,
      { request: { ...request, status: "applying", run, ...present({ parked }) } },
      [...before, step],
    ),
    acceptedAt: request.acceptedAt,
    readBackFirst: wasBegun,
    ...present({ replay, parked }),
  };
};

/** A request was delivered: to be run, or only to be told of again. Pure. */
export const beginRequest = (
  entry: Entry | undefined,
  body: LicenseRequest,
  at: string,
  through: string,
): BeginDecision => {
  const accepted = acceptRequest(entry, body, at, through);
  if (accepted.kind === "reused") return accepted;
  if (accepted.kind === "new") {
    const { entry: fresh, steps } = accepted.change;
    if (fresh.request === undefined) throw new Error("An accepted request has a request part");
    // The steps are counted again when they are written together
    return start({ ...fresh, steps: fresh.steps - steps.length }, fresh.request, at, steps);
  }
  const { request } = accepted;
  const replay = accepted.entry.poison?.replay;
  switch (request.status) {
    case "accepted":
      return start(accepted.entry, request, at, []);
    case "applying":
    case "waiting":
      return start(accepted.entry, request, at, [], replay?.run === request.run ? replay : undefined);
    case "parked":
      return request.parked?.resume === undefined
        ? { kind: "ended", entry: accepted.entry }
        : start(accepted.entry, request, at, []);
    case "refused":
      return replay === undefined
        ? { kind: "ended", entry: accepted.entry }
        : start(accepted.entry, request, at, [], replay);
    case "applied":
    case "discarded":
      return { kind: "ended", entry: accepted.entry };
    default:
      return request.status satisfies never;
  }
};
