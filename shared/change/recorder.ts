import type { Clock } from "../clock.ts";
import { acceptRequest } from "../ledger/entry/accept.ts";
import { beginRequest, type BeginDecision } from "../ledger/entry/begin.ts";
import type { Change } from "../ledger/entry/change.ts";
import { endDeadLetter, endRequest, holdRequest, skipRequest, toWaitStep } from "../ledger/entry/end.ts";
import type { Entry, Step } from "../ledger/entry/entry.ts";
import { parkRequest, supersedeParked } from "../ledger/entry/parked.ts";
import { closePoison } from "../ledger/entry/poison.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { About } from "../ledger/newest.ts";
import type { Log } from "../log.ts";
import { waitedAtGate } from "../outcome/brokerCauses.ts";
import type { Applied, Parked as ParkedOutcome, Refused } from "../outcome/outcome.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { Patiently } from "../wait/patiently.ts";
import type { HeldStep } from "./attempt.ts";

/** Who brought a request whose body does not say who asked. */
const THROUGH_QUEUE = "queue";

/** What the ledger is told of one run. Each throws when the ledger stays out of reach, but for `waiting`. */
export interface RunRecorder {
  /** Notes a wait; when the ledger cannot be reached, with the next thing that is noted. Never throws. */
  readonly waiting: (held: HeldStep, waitMs: number) => Promise<void>;
  /** Notes the end. @returns the entry with it */
  readonly ended: (outcome: Applied | Refused) => Promise<Entry | undefined>;
  readonly skipped: (newerRequestId: string) => Promise<void>;
  /** Notes that it waits for seats. @param body the message as it came @returns the entry with it */
  readonly parked: (outcome: ParkedOutcome, body: Uint8Array) => Promise<Entry | undefined>;
  /** Notes that a newer request made it pointless to wait for seats. @returns the entry with it */
  readonly superseded: (newerRequestId: string) => Promise<Entry | undefined>;
}

export interface Recorder {
  /** Notes that a request is being applied: before this is written, nothing is called. */
  readonly begin: (request: LicenseRequest, log: Log) => Promise<BeginDecision>;
  readonly run: (requestId: string, run: number, log: Log) => RunRecorder;
  /** Notes that the broker gave a request up. @returns the entry, or undefined when its id is another request's */
  readonly deadLetter: (request: LicenseRequest, refused: Refused, log: Log) => Promise<Entry | undefined>;
  /** Notes that a poison message that was no request has become one. */
  readonly becameRequest: (poisonId: string, requestId: string, log: Log) => Promise<void>;
  /** The request that came after this one and has been applied. */
  readonly newerThan: (about: About, acceptedAt: string, log: Log) => Promise<string | undefined>;
  /** Makes sure that the entry is found. */
  readonly mend: (entry: Entry, log: Log) => Promise<void>;
}

export interface RecorderDeps {
  readonly ledger: Pick<Ledger, "read" | "change" | "mend">;
  readonly newerThan: (about: About, acceptedAt: string) => Promise<string | undefined>;
  /** A success is looked for so much later; 0 never. */
  readonly proofDelayMs: number;
  readonly clock: Clock;
  readonly patiently: Patiently;
}

/** An accepted request whose steps are written together with what follows. */
const beforeSteps = ({ entry, steps }: Change): Entry => ({ ...entry, steps: entry.steps - steps.length });

export const makeRecorder = ({
  ledger,
  newerThan,
  proofDelayMs,
  clock,
  patiently,
}: RecorderDeps): Recorder => {
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const change = <D extends { readonly kind?: string; readonly change?: Change }>(
    id: string,
    decide: (entry: Entry | undefined) => D,
    log: Log,
  ): Promise<D> => patiently("ledger", () => ledger.change(id, decide), log);

  const readAfter = async (id: string, changed: { readonly change?: Change }, log: Log) =>
    changed.change?.entry ?? (await patiently("ledger", () => ledger.read(id), log));

  return {
    begin: (request, log) => {
      const at = nowIso();
      return change(request.requestId, (entry) => beginRequest(entry, request, at, THROUGH_QUEUE), log);
    },
    run: (requestId, run, log) => {
      const unwritten: Step[] = [];
      return {
        async waiting({ ids, ...held }, waitMs) {
          const wait = { ...held, until: new Date(clock.now() + waitMs).toISOString() };
          const at = nowIso();
          unwritten.push({
            ...toWaitStep(wait, at, run),
            ...present({ partnerCenter: ids }),
          });
          const steps = [...unwritten];
          try {
            await ledger.change(requestId, (entry) => holdRequest(entry, wait, at, steps));
            unwritten.splice(0, steps.length);
          } catch (error) {
            log("ledger.failed", { requestId, why: error instanceof Error ? error.message : "unknown" });
          }
        },
        async ended(outcome) {
          const at = nowIso();
          const steps = [...unwritten];
          const ending = await change(
            requestId,
            (entry) => endRequest(entry, outcome, at, steps, proofDelayMs),
            log,
          );
          return readAfter(requestId, ending, log);
        },
        async skipped(newerRequestId) {
          const at = nowIso();
          const steps = [...unwritten];
          await change(requestId, (entry) => skipRequest(entry, newerRequestId, at, steps), log);
        },
        async parked(outcome, body) {
          const at = nowIso();
          const steps = [...unwritten];
          const parking = await change(
            requestId,
            (entry) => parkRequest(entry, outcome, body, at, steps),
            log,
          );
          return readAfter(requestId, parking, log);
        },
        async superseded(newerRequestId) {
          const at = nowIso();
          const steps = [...unwritten];
          const ending = await change(
            requestId,
            (entry) => supersedeParked(entry, newerRequestId, at, steps),
            log,
          );
          return readAfter(requestId, ending, log);
        },
      };
    },
    async deadLetter(request, refused, log) {
      const at = nowIso();
      const { requestId } = request;
      const decide = (entry: Entry | undefined): { readonly change?: Change; readonly isOther: boolean } => {
        const accepted = acceptRequest(entry, request, at, THROUGH_QUEUE);
        if (accepted.kind === "reused") return { isOther: true };
        if (accepted.kind === "known") {
          // Given up behind the gate: it is replayed with the others that were, once there is a good token
          const isAtGate = accepted.request.waiting?.category === waitedAtGate.category;
          const ended = isAtGate ? { ...refused, cause: waitedAtGate } : refused;
          return { ...endDeadLetter(accepted.entry, ended, at), isOther: false };
        }
        const { steps } = accepted.change;
        return { ...endRequest(beforeSteps(accepted.change), refused, at, steps), isOther: false };
      };
      const decided = await change(requestId, decide, log);
      return decided.isOther ? undefined : readAfter(requestId, decided, log);
    },
    async becameRequest(poisonId, requestId, log) {
      const at = nowIso();
      await change(
        poisonId,
        (entry) => closePoison(entry, at, `it is taken as request "${requestId}" now`),
        log,
      );
    },
    newerThan: (about, acceptedAt, log) => patiently("ledger", () => newerThan(about, acceptedAt), log),
    mend: (entry, log) => patiently("ledger", () => ledger.mend(entry), log),
  };
};
