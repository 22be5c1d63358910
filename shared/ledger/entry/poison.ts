import { present } from "../../present.ts";
import { newEntry, toChange, type Change } from "./change.ts";
import { endReplay } from "./end.ts";
import type { End, Entry, PoisonKind, PoisonPart, Refusal, Replay, RequestPart, Step } from "./entry.ts";

/** A poison message as it comes from the queue. */
export interface Failure {
  /** The id of its entry. */
  readonly id: string;
  readonly kind: PoisonKind;
  /** Which run failed. */
  readonly run: number;
  readonly refusal: Refusal;
  readonly original: PoisonPart["original"];
  /** Left out when the ledger has it already. */
  readonly body?: Uint8Array;
}

type Decision = { readonly change?: Change };

const firstFailure = ({ kind, run, refusal, original }: Failure, isOver: boolean): PoisonPart => ({
  kind,
  state: isOver ? "closed" : "open",
  first: refusal,
  latest: refusal,
  failures: 1,
  lastRun: run,
  runs: 0,
  original,
});

/** What a message that is no request of its own has for a history. */
const refusedStep = ({ run, refusal }: Failure): Step => {
  const { at, attempts, category, description, meaning } = refusal;
  return { at, event: "refused", run, attempts, category, why: description ?? meaning };
};

/** A poison message is filed; a copy of one that was filed before changes nothing. Pure. */
export const filePoison = (known: Entry | undefined, failure: Failure, at: string): Decision => {
  const { id, run, refusal, body } = failure;
  const entry = known ?? newEntry(id, at);
  const { poison, request } = entry;
  const steps = request === undefined ? [refusedStep(failure)] : [];
  if (poison === undefined) {
    const isOver = request?.status === "applied" || request?.status === "discarded";
    const change = toChange(entry, at, { poison: firstFailure(failure, isOver) }, steps);
    return { change: { ...change, ...present({ body }) } };
  }
  if (run <= poison.lastRun) return {};
  const counted = { ...poison, latest: refusal, failures: poison.failures + 1, lastRun: run };
  // The run of a request has ended in the ledger before; a message without one ends here
  const isOwnReplay = request === undefined && poison.replay?.run === run;
  return {
    change: toChange(
      entry,
      at,
      { poison: isOwnReplay ? endReplay(counted, "open", "refused") : counted },
      steps,
    ),
  };
};

/** Why nothing can be done with a poison message now. */
export type Unfit = { readonly kind: "unfit"; readonly why: string };

export type ReplayDecision =
  /** This operation has sent it, and its run is over. */
  | { readonly kind: "over"; readonly entry: Entry; readonly run: number }
  | { readonly kind: "send"; readonly run: number; readonly poison: PoisonPart; readonly change?: Change }
  | Unfit;

/** What a MessageId has room for, and nobody gets to by replaying. */
export const RUN_MAX = 999_999;

const unfit = (why: string): Unfit => ({ kind: "unfit", why });

const UNFIT: Readonly<Record<Exclude<PoisonPart["state"], "open">, string>> = {
  replaying: "it is being replayed already",
  discarded: "it is discarded; restore it first",
  closed: "it needs nobody any more: the request has been applied",
};

/** The word of an operation that a poison message may run again, noted before it is sent. Pure. */
export const intendReplay = (
  entry: Entry | undefined,
  { operationId, by, force, at }: Omit<Replay, "run" | "sentAt">,
): ReplayDecision => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined) return unfit("there is no such poison message");
  if (poison.replay?.operationId === operationId) return { kind: "send", run: poison.replay.run, poison };
  const last = poison.lastReplay;
  if (last?.operationId === operationId) return { kind: "over", entry, run: last.run };
  if (poison.state !== "open") return unfit(UNFIT[poison.state]);
  // Another operation's word that was never sent may be replaced: the run and with it the MessageId stay the same
  // A message may come with the number of a run that was never sent: its replay must be newer than that too
  const run = Math.max(poison.runs, poison.lastRun, entry.request?.run ?? 0) + 1;
  if (run > RUN_MAX)
    return unfit("the number of its next replay is beyond the limit; have its sender send it again");
  const replay: Replay = { operationId, run, force, by, at };
  const step: Step = { at, event: "replayed", run, by, operationId };
  return {
    kind: "send",
    run,
    poison,
    change: toChange(entry, at, { poison: { ...poison, replay } }, [step]),
  };
};

/** The broker has taken the replay. Pure. */
export const markSent = (entry: Entry | undefined, operationId: string, at: string): Decision => {
  const poison = entry?.poison;
  const replay = poison?.replay;
  if (entry === undefined || poison === undefined || replay?.operationId !== operationId) return {};
  if (replay.sentAt !== undefined) return {};
  return {
    change: toChange(
      entry,
      at,
      { poison: { ...poison, state: "replaying", replay: { ...replay, sentAt: at } } },
      [],
    ),
  };
};

/**
 * A replay that the broker does not take at all is under way no more. Its number is used up: an earlier try may have come
 * through without a word, and the broker would drop a second message under one MessageId. Pure.
 */
export const giveUpReplay = (
  entry: Entry | undefined,
  operationId: string,
  why: string,
  at: string,
): Decision => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined) return {};
  const { replay, ...rest } = poison;
  if (replay?.operationId !== operationId || replay.sentAt !== undefined) return {};
  const step: Step = { at, event: "refused", run: replay.run, operationId, why };
  return { change: toChange(entry, at, { poison: { ...rest, runs: replay.run } }, [step]) };
};

/** Who archives or restores, and why. */
export interface Archiving {
  readonly operationId: string;
  readonly by: string;
  readonly why?: string;
  readonly at: string;
}

export type ArchiveDecision = { readonly kind: "done"; readonly change?: Change } | Unfit;

const withEnd = (request: RequestPart | undefined, status: "discarded" | "refused", end: End) =>
  request === undefined ? {} : { request: { ...request, status, end, ends: request.ends + 1 } };

/** An operator archives a poison message. Pure; doing it twice under one operation is once. */
export const discardPoison = (entry: Entry | undefined, archiving: Archiving): ArchiveDecision => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined) return unfit("there is no such poison message");
  const { operationId, by, why, at } = archiving;
  if (poison.discarded?.operationId === operationId) return { kind: "done" };
  if (poison.state !== "open") {
    return unfit(poison.state === "discarded" ? "it is discarded already" : UNFIT[poison.state]);
  }
  if (poison.replay !== undefined) return unfit(UNFIT.replaying);
  const reason = present({ why });
  const step: Step = { at, event: "discarded", run: entry.request?.run ?? 0, by, operationId, ...reason };
  const parts = {
    ...withEnd(entry.request, "discarded", { outcome: "discarded", at, by, ...reason }),
    poison: { ...poison, state: "discarded" as const, discarded: { at, by, operationId, ...reason } },
  };
  return { kind: "done", change: toChange(entry, at, parts, [step]) };
};

/** An operator takes a poison message out of the archive. Pure; doing it twice under one operation is once. */
export const restorePoison = (entry: Entry | undefined, archiving: Archiving): ArchiveDecision => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined) return unfit("there is no such poison message");
  const { operationId, by, why, at } = archiving;
  if (poison.restored?.operationId === operationId) return { kind: "done" };
  if (poison.state !== "discarded") return unfit("it is not discarded");
  const step: Step = {
    at,
    event: "restored",
    run: entry.request?.run ?? 0,
    by,
    operationId,
    ...present({ why }),
  };
  const { discarded: _archived, ...rest } = poison;
  const parts = {
    ...withEnd(entry.request, "refused", { outcome: "refused", ...poison.latest }),
    poison: { ...rest, state: "open" as const, restored: { at, by, operationId } },
  };
  return { kind: "done", change: toChange(entry, at, parts, [step]) };
};

/** A replay of a message that is no request of its own has come to a good end. Pure. @param why it is good */
export const closePoison = (entry: Entry | undefined, at: string, why: string): Decision => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined || poison.state === "closed") return {};
  const step: Step = {
    at,
    event: "applied",
    run: poison.replay?.run ?? 0,
    why,
  };
  return { change: toChange(entry, at, { poison: endReplay(poison, "closed", "applied") }, [step]) };
};
