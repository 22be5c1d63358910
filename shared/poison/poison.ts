import type { Settle } from "../change/settle.ts";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Messages } from "../message/message.ts";
import type { PoisonKey } from "../message/poisonMessage.ts";
import type { Settings } from "../settings.ts";
import type { Patiently } from "../wait/patiently.ts";
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
  readonly manage: Manage;
  readonly operate: Operate;
  readonly index: PoisonIndex;
  readonly notes: Notes;
  readonly operations: Operations;
  /** For the ledger's cleaning. */
  readonly removeEnded: RemoveEnded;
}

export interface PoisonParts {
  readonly settings: Pick<Settings, "LANES_PER_CUSTOMER">;
  readonly clock: Clock;
  readonly patiently: Patiently;
  readonly ledger: Ledger;
  readonly messages: Messages;
  readonly published: Settle["published"];
  /** Tells a ticket again what it could not be told. */
  readonly replayCallback: (key: PoisonKey, body: Uint8Array) => Promise<void>;
}

export const makePoison = (parts: PoisonParts): Poison => {
  const { clock, patiently, ledger, messages, published, replayCallback } = parts;
  const lanesPerCustomer = parts.settings.LANES_PER_CUSTOMER;
  const sendTick = messages.tick;
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
    manage: makeManage({ clock, operations, sendTick }),
    operate: makeOperate({ clock, operations, freeze, treat, sendTick, patiently }),
    index,
    notes: makeNotes(ledger.table("licensenotes")),
    operations,
    removeEnded: makeRemoveEnded(operations),
  };
};
