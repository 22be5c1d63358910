import type { Capture } from "../change/capture.ts";
import type { Settle } from "../change/settle.ts";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { toDelivery } from "../message/deadLetter.ts";
import { fromDeadPoison } from "../message/fromDeadPoison.ts";
import type { Messages } from "../message/message.ts";
import type { PoisonKey } from "../message/poisonMessage.ts";
import type { Settings } from "../settings.ts";
import type { Patiently } from "../wait/patiently.ts";
import { makeCaptureOperation } from "./captureOperation.ts";
import { makeCaptureLetter, type UsualCapture } from "./dead-letters/captureLetter.ts";
import { makeDeadLetters, type DeadLetters } from "./dead-letters/deadLetters.ts";
import { makeFilePoison, type FilePoison } from "./file.ts";
import { makeFreeze } from "./freeze.ts";
import { makeManage, type Manage } from "./manage.ts";
import { makeOperate, type Operate } from "./operate.ts";
import { makeRemoveEnded, type RemoveEnded } from "./removeEnded.ts";
import { makeNotes, type Notes } from "./store/notes.ts";
import { makeOperations, type Operations } from "./store/operations.ts";
import { makePoisonIndex, type PoisonIndex } from "./store/poisonIndex.ts";
import { makeTreat } from "./treat.ts";

export { groupKey } from "./store/notes.ts";

/** What was refused: filed, grouped, and replayed or discarded by operators. */
export interface Poison {
  readonly file: FilePoison;
  readonly deadLetters: DeadLetters;
  readonly manage: Manage;
  readonly operate: Operate;
  readonly index: PoisonIndex;
  readonly notes: Notes;
  readonly operations: Operations;
  /** For the ledger's cleaning. */
  readonly removeEnded: RemoveEnded;
}

export interface PoisonParts {
  readonly settings: Pick<Settings, "LANES_PER_CUSTOMER" | "HOLD_BUDGET_SECONDS">;
  readonly clock: Clock;
  readonly patiently: Patiently;
  /** Tries once: a dead letter waits in its queue, not in a function that is paid for. */
  readonly once: Patiently;
  readonly ledger: Ledger;
  readonly messages: Messages;
  readonly published: Settle["published"];
  /** Captures of dead letters in the other rooms; each tries once. */
  readonly captureUpdate: Capture;
  readonly captureCallback: Capture;
  /** Tells a ticket again what it could not be told. */
  readonly replayCallback: (key: PoisonKey, body: Uint8Array) => Promise<void>;
}

/** An operation that goes on writes more often than this. */
const STALLED_MS = 3 * 60_000;

const makeRoomOfDeadLetters = (parts: PoisonParts, operations: Operations): DeadLetters => {
  const { clock, once, ledger, messages, captureUpdate, captureCallback } = parts;
  const file = makeFilePoison({ clock, ledger, patiently: once });
  const toCallback: UsualCapture = (letter, log) => captureCallback(toDelivery(letter), log);
  const capture = makeCaptureLetter({
    clock,
    ledger,
    file,
    usual: {
      "license-updates": (letter, log) => captureUpdate(toDelivery(letter), log),
      "license-updates-poison": (letter, log) =>
        file(fromDeadPoison(letter, new Date(clock.now()).toISOString()), log),
      "license-operations": makeCaptureOperation({ clock, operations, file }),
      "ticket-callbacks": toCallback,
      "license-outcomes/tickets": toCallback,
    },
  });
  const table = ledger.table("licensedeadletters");
  return makeDeadLetters({ clock, queues: messages.deadLetters, capture, table, publish: messages.publish });
};

export const makePoison = (parts: PoisonParts): Poison => {
  const { clock, patiently, ledger, messages, published, replayCallback } = parts;
  const lanesPerCustomer = parts.settings.LANES_PER_CUSTOMER;
  const sendTick = messages.tick;
  // Longer than a message of it can be held
  const stalledMs = STALLED_MS + parts.settings.HOLD_BUDGET_SECONDS * 1000;
  const index = makePoisonIndex(ledger.table("licensepoison"));
  const operations = makeOperations(ledger.table("licenseoperations"));
  const freeze = makeFreeze({ ledger, poisonIndex: index, operations, lanesPerCustomer });
  const treat = makeTreat({
    clock,
    ledger,
    sendReplay: (key, body, { kind, original }, lane) =>
      kind === "callback" ? replayCallback(key, body) : messages.replay(key, body, original, lane),
    published,
  });
  return {
    file: makeFilePoison({ clock, ledger, patiently }),
    deadLetters: makeRoomOfDeadLetters(parts, operations),
    manage: makeManage({ clock, operations, sendTick, stalledMs }),
    operate: makeOperate({ clock, operations, freeze, treat, sendTick, patiently }),
    index,
    notes: makeNotes(ledger.table("licensenotes")),
    operations,
    removeEnded: makeRemoveEnded(operations),
  };
};
