import type { Clock } from "../clock.ts";
import type { BeginDecision } from "../ledger/entry/begin.ts";
import { toRefusal } from "../ledger/entry/end.ts";
import type { Log } from "../log.ts";
import { keyOfMessage } from "../message/poisonMessage.ts";
import { invalidMessage, requestIdReused } from "../outcome/brokerCauses.ts";
import type { Cause } from "../outcome/causes.ts";
import type { Delivery } from "../outcome/delivery.ts";
import type { NotNow } from "../outcome/outcome.ts";
import { present } from "../present.ts";
import { parseRequestBytes, type Problem } from "../request/parse.ts";
import type { LicenseRequest, RequestId } from "../request/schema.ts";
import type { Recorder, RunRecorder } from "./recorder.ts";
import type { Settle } from "./settle.ts";
import { seatsUntilOf, type Update, type UpdateContext } from "./update.ts";

/** Thrown to give a message back to the head of its lane: nothing else makes the host do so. */
export class GivenBack extends Error {
  override readonly name = "GivenBack";
  constructor(requestId: RequestId, { category, why }: NotNow) {
    super(`Cannot finish request "${requestId}" now: ${category}, ${why}; the message goes back to its lane`);
  }
}

export interface ApplyDeps {
  readonly clock: Clock;
  readonly record: Recorder;
  readonly update: Update;
  readonly settle: Settle;
  /** Logs the pace of calls, now and then. */
  readonly report: (log: Log) => void;
}

type Run = Extract<BeginDecision, { kind: "run" }>;

const PROBLEMS_SHOWN = 5;

const sentenceOf = (problems: readonly Problem[]): string =>
  problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ pointer, detail }) => `${pointer === "" ? "the body" : pointer} ${detail}`)
    .join("; ");

export type Apply = (delivery: Delivery, log: Log) => Promise<void>;

/**
 * The way of one queue message to its end, every step of it in the ledger.
 * @throws {GivenBack} when the hold budget is used up, and whatever kept the ledger or the end from being told
 */
export const makeApply = ({ clock, record, update, settle, report }: ApplyDeps): Apply => {
  const capture = (cause: Cause, description: string, delivery: Delivery, log: Log): Promise<void> => {
    const at = new Date(clock.now()).toISOString();
    return settle.captured(
      toRefusal({ kind: "refused", cause, description, attempts: 0 }, at),
      delivery,
      log,
    );
  };

  /** Only what comes late is compared: a replay, unless it is forced, and what waited for seats. */
  const newerThan = (
    { replay, parked, acceptedAt }: Run,
    request: LicenseRequest,
    log: Log,
  ): Pick<UpdateContext, "newerThan"> =>
    (replay === undefined || replay.force) && parked === undefined
      ? {}
      : { newerThan: (skuIds) => record.newerThan({ request, skuIds }, acceptedAt, log) };

  /** A replay does not wait for seats: its operator waits for it. */
  const seatsUntil = (
    { replay, parked }: Run,
    request: LicenseRequest,
  ): Pick<UpdateContext, "seatsUntil"> => {
    const until = parked?.until ?? seatsUntilOf(request, clock.now());
    const isOver = until !== undefined && Date.parse(until) <= clock.now();
    return replay !== undefined || until === undefined || isOver ? {} : { seatsUntil: until };
  };

  const finish = async (
    outcome: Awaited<ReturnType<Update>>,
    request: LicenseRequest,
    run: RunRecorder,
    delivery: Delivery,
    isReplay: boolean,
    log: Log,
  ): Promise<void> => {
    const { requestId } = request;
    switch (outcome.kind) {
      case "applied":
      case "refused": {
        const entry = await run.ended(outcome);
        if (entry !== undefined) await settle.told(entry, delivery, log);
        return;
      }
      case "parked": {
        const entry = await run.parked(outcome, delivery.body);
        if (entry !== undefined) await settle.published(entry, log);
        return;
      }
      case "superseded": {
        const { newerRequestId } = outcome;
        log("update.skipped", { requestId, newerRequestId });
        if (isReplay) return run.skipped(newerRequestId);
        const entry = await run.superseded(newerRequestId);
        if (entry !== undefined) await settle.published(entry, log);
        return;
      }
      case "notNow": {
        const { category, why } = outcome;
        log("update.givenBack", { requestId, category, why, deliveryCount: delivery.deliveryCount });
        throw new GivenBack(requestId, outcome);
      }
      default:
        outcome satisfies never;
    }
  };

  const start = async (begun: Run, request: LicenseRequest, delivery: Delivery, log: Log): Promise<void> => {
    const { requestId } = request;
    const run = record.run(requestId, begun.change.entry.request?.run ?? 0, log);
    const context = {
      readBackFirst: begun.readBackFirst,
      onWait: run.waiting,
      ...newerThan(begun, request, log),
      ...seatsUntil(begun, request),
      ...present({ messageId: delivery.messageId }),
    };
    const outcome = await update(request, context, log);
    report(log);
    await finish(outcome, request, run, delivery, begun.replay !== undefined, log);
  };

  return async (delivery, log) => {
    const parsed = parseRequestBytes(delivery.body);
    if (!parsed.ok) return capture(invalidMessage, sentenceOf(parsed.problems), delivery, log);
    const { request } = parsed;
    const begun = await record.begin(request, log);
    if (begun.kind === "reused") {
      const digests = `its body has the digest ${begun.given}, the request that is known ${begun.known}`;
      return capture(requestIdReused, digests, delivery, log);
    }
    const { id } = keyOfMessage(delivery);
    if (delivery.messageId?.startsWith(`${id}~`) === true) {
      await record.becameRequest(id, request.requestId, log);
    }
    if (begun.kind === "run") return start(begun, request, delivery, log);
    log("update.repeated", { requestId: request.requestId, status: begun.entry.request?.status });
    await record.mend(begun.entry, log);
    return settle.told(begun.entry, delivery, log);
  };
};
