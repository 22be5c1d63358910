import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Messages } from "../message/message.ts";
import type { PartnerCenter } from "../partner-center/partnerCenter.ts";
import type { Settings } from "../settings.ts";
import type { Token } from "../token/token.ts";
import type { HoldSettings } from "../wait/hold.ts";
import type { Patiently } from "../wait/patiently.ts";
import { makeAccept, type Accept } from "./accept.ts";
import { makeApply, type Apply } from "./apply.ts";
import { makeCapture, type Capture } from "./capture.ts";
import { makePrepare } from "./prepare.ts";
import { makePreview, type PreviewRequest } from "./preview.ts";
import { makeProve, type Prove } from "./prove.ts";
import { makeGetReader, type GetReader } from "./reader.ts";
import { makeReadHeld } from "./readHeld.ts";
import { makeReadState } from "./readState.ts";
import { makeReconcile, type Reconcile } from "./reconcile.ts";
import { makeRecorder } from "./recorder.ts";
import { makeSendPoison } from "./sendPoison.ts";
import { makeSettle, type Settle } from "./settle.ts";
import { makeSubmit, parseSubmitted, type Submit } from "./submit.ts";
import { makeUpdate } from "./update.ts";

export { CannotRead } from "./reader.ts";

/** Changes of licenses on their way: from when they come in, through Partner Center, to their end and its proof. */
export interface Changes {
  /** The body of a caller → a request that is queued. */
  readonly submit: Submit;
  /** The body of a caller → request, or everything that is wrong with it. */
  readonly parse: typeof parseSubmitted;
  /** Queues a request. */
  readonly accept: Accept;
  readonly apply: Apply;
  readonly capture: Capture;
  readonly settle: Settle;
  /** Tries once, for dead letters: they wait in their queue. */
  readonly settleOnce: Settle;
  readonly preview: PreviewRequest;
  readonly prove: Prove;
  readonly reconcile: Reconcile;
  readonly getReader: GetReader;
}

export interface ChangeParts {
  readonly settings: Pick<Settings, "LANES_PER_CUSTOMER" | "PROOF_DELAY_SECONDS">;
  readonly clock: Clock;
  readonly hold: HoldSettings;
  readonly patiently: Patiently;
  /** Tries once. */
  readonly once: Patiently;
  readonly ledger: Ledger;
  readonly messages: Messages;
  readonly token: Token;
  readonly partnerCenter: PartnerCenter;
}

export const makeChanges = (parts: ChangeParts): Changes => {
  const { settings, clock, hold, patiently, once, ledger, messages, token } = parts;
  const { client: partnerCenter, catalogs, userIds, pace } = parts.partnerCenter;
  const { source: tokens, gate } = token;
  const { lists, dueProofs: due, newerThan } = ledger;
  const { enqueue, poison: send, publish: sendOutcome } = messages;
  const sendPoison = makeSendPoison({
    send,
    keepBody: (id, body) => ledger.keepBody(id, body, new Date(clock.now()).toISOString()),
  });
  const lanesPerCustomer = settings.LANES_PER_CUSTOMER;
  const proofDelayMs = settings.PROOF_DELAY_SECONDS * 1000;

  const getReader = makeGetReader(tokens, gate);
  const readHeld = makeReadHeld(partnerCenter, userIds);
  const readState = makeReadState({ readHeld, catalogs, getReader });
  const prepare = makePrepare({ readHeld, catalogs, userIds });
  const update = makeUpdate({ partnerCenter, prepare, tokens, gate, clock, ...hold });
  const record = makeRecorder({ ledger, newerThan, proofDelayMs, clock, patiently });
  const recordOnce = makeRecorder({ ledger, newerThan, proofDelayMs, clock, patiently: once });
  const settle = makeSettle({ patiently, sendPoison, sendOutcome });
  const settleOnce = makeSettle({ patiently: once, sendPoison, sendOutcome });
  const accept = makeAccept({ clock, ledger, enqueue, lanesPerCustomer });
  return {
    submit: makeSubmit(accept),
    parse: parseSubmitted,
    accept,
    apply: makeApply({ clock, record, update, settle, report: (log) => pace.report(log) }),
    capture: makeCapture({ clock, record: recordOnce, settle: settleOnce }),
    settle,
    settleOnce,
    preview: makePreview({ partnerCenter, catalogs, userIds, getReader }),
    prove: makeProve({ clock, ledger, due, readState, newerThan }),
    reconcile: makeReconcile({ lists, readState }),
    getReader,
  };
};
