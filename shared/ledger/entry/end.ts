import type { AnyCause } from "../../outcome/anyCause.ts";
import type { Applied, Refused } from "../../outcome/outcome.ts";
import { present } from "../../present.ts";
import { toChange, type Change } from "./change.ts";
import type { End, Entry, PoisonPart, Refusal, RequestPart, Step } from "./entry.ts";

/** A run may only end what is under way; undefined when it has ended already. */
type Ending = { readonly change?: Change };

const NONE: Ending = {};

/** A refusal, be it of a request or of what a ticket was to be told, in the words of the ledger. */
export const toRefusal = (
  refused: Omit<Refused, "cause"> & { readonly cause: AnyCause },
  at: string,
): Refusal => {
  const { cause, status, code, description, attempts, ids } = refused;
  const { category, owner, meaning, remedy } = cause;
  return {
    at,
    category,
    owner,
    meaning,
    remedy,
    ...present({ status, code, description }),
    attempts,
    ...present({ partnerCenter: ids }),
  };
};

const toEnd = (outcome: Applied | Refused, at: string): End => {
  if (outcome.kind === "refused") return { outcome: "refused", ...toRefusal(outcome, at) };
  const { alreadySo, status, warnings, attempts, ids } = outcome;
  return {
    outcome: "applied",
    at,
    alreadySo,
    warnings,
    ...present({ status }),
    attempts,
    ...present({ partnerCenter: ids }),
  };
};

const toStep = (outcome: Applied | Refused, at: string, run: number): Step => {
  const { kind, attempts, status, ids } = outcome;
  return {
    at,
    event: kind,
    run,
    attempts,
    ...present({ status, partnerCenter: ids }),
    ...(outcome.kind === "applied"
      ? { alreadySo: outcome.alreadySo }
      : present({ category: outcome.cause.category, code: outcome.code, why: outcome.description })),
  };
};

type Result = NonNullable<PoisonPart["lastReplay"]>["result"];

/** The poison message after a replay: no longer under way, with its result. */
export const endReplay = (
  { replay, ...poison }: PoisonPart,
  state: PoisonPart["state"],
  result: Result,
): PoisonPart => {
  if (replay === undefined) return { ...poison, state };
  const { operationId, run } = replay;
  return { ...poison, state, runs: run, lastReplay: { operationId, run, result } };
};

/** Nothing more happens to it, unless an operator wants it. */
export const hasEnded = ({ status }: Pick<RequestPart, "status">): boolean =>
  status === "applied" || status === "refused" || status === "discarded";

/** What is to be looked for later: a success that nobody has seen yet. */
const toProof = (outcome: Applied | Refused, at: string, proofDelayMs: number) =>
  outcome.kind === "applied" && !outcome.alreadySo && proofDelayMs > 0
    ? { proof: { dueAt: new Date(Date.parse(at) + proofDelayMs).toISOString() } }
    : {};

/**
 * A run came to its end. Pure.
 * @param earlier steps that could not be written before
 * @param proofDelayMs a success is looked for so much later; 0 never
 */
export const endRequest = (
  entry: Entry | undefined,
  outcome: Applied | Refused,
  at: string,
  earlier: readonly Step[] = [],
  proofDelayMs = 0,
): Ending => {
  const { request: before, poison } = entry ?? {};
  if (entry === undefined || before === undefined || hasEnded(before)) return NONE;
  const { waiting: _over, parked: _seats, proof: _before, ...request } = before;
  const { skuIds } = outcome;
  const parts = {
    request: {
      ...request,
      status: outcome.kind,
      end: toEnd(outcome, at),
      ends: request.ends + 1,
      ...present({ skuIds }),
      ...toProof(outcome, at, proofDelayMs),
    },
    ...(poison === undefined
      ? {}
      : { poison: endReplay(poison, outcome.kind === "applied" ? "closed" : "open", outcome.kind) }),
  };
  return { change: toChange(entry, at, parts, [...earlier, toStep(outcome, at, request.run)]) };
};

/** A dead letter ends its request also when it was never begun, or was to be replayed. Pure. */
export const endDeadLetter = (entry: Entry | undefined, refused: Refused, at: string): Ending => {
  const { request, poison } = entry ?? {};
  if (entry === undefined || request === undefined) return NONE;
  const replay = poison?.replay;
  return request.status === "refused" && replay !== undefined
    ? endRequest({ ...entry, request: { ...request, status: "applying", run: replay.run } }, refused, at)
    : endRequest(entry, refused, at);
};

/** A replay was not carried out, because a newer request has been applied. Pure. */
export const skipRequest = (
  entry: Entry | undefined,
  newerRequestId: string,
  at: string,
  earlier: readonly Step[] = [],
): Ending => {
  const { request: before, poison } = entry ?? {};
  if (entry === undefined || before === undefined || poison?.replay === undefined || hasEnded(before))
    return NONE;
  const { waiting: _over, ...request } = before;
  const { operationId } = poison.replay;
  const step: Step = {
    at,
    event: "skipped",
    run: request.run,
    operationId,
    why: `request "${newerRequestId}" is newer and has been applied`,
  };
  const parts = {
    request: { ...request, status: "refused" as const },
    poison: { ...endReplay(poison, "open", "skipped"), skipped: { at, newerRequestId, operationId } },
  };
  return { change: toChange(entry, at, parts, [...earlier, step]) };
};

/** What is being waited for. */
export interface Wait {
  readonly category: string;
  readonly why: string;
  readonly until: string;
  readonly attempts: number;
  readonly status?: number;
  readonly code?: number;
}

/** The step of a wait. */
export const toWaitStep = ({ status, code, ...wait }: Wait, at: string, run: number): Step => ({
  at,
  event: "waiting",
  run,
  ...wait,
  ...present({ status, code }),
});

/** A request waits for something to pass. Pure. */
export const holdRequest = (
  entry: Entry | undefined,
  { category, why, until }: Wait,
  at: string,
  steps: readonly Step[],
): Ending => {
  const request = entry?.request;
  if (entry === undefined || request === undefined || hasEnded(request)) return NONE;
  const waiting = { category, why, until };
  return { change: toChange(entry, at, { request: { ...request, status: "waiting", waiting } }, steps) };
};
