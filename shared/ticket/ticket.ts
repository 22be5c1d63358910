import type { Accept } from "../change/accept.ts";
import type { Settle } from "../change/settle.ts";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { TICKET_CALLBACKS } from "../message/entities.ts";
import type { Messages } from "../message/message.ts";
import type { PoisonKey } from "../message/poisonMessage.ts";
import type { Settings } from "../settings.ts";
import type { Vault } from "../vault/vault.ts";
import type { Patiently } from "../wait/patiently.ts";
import { makeCheckTicket, type CheckTicket } from "./in/checkTicket.ts";
import { makeReadTicket } from "./in/readTicket.ts";
import { makeReceive, type Receive } from "./in/receive.ts";
import { makeEvaluate } from "./mapping/mapper.ts";
import type { CallbackKey } from "./out/callback.ts";
import { toCallbackMessage, toCallbackReplay } from "./out/callbackMessage.ts";
import { makeCallbacksOff } from "./out/callbacksOff.ts";
import { makeNotify, type Notify } from "./out/notify.ts";
import { makePost } from "./out/post.ts";
import { makeTicketHealth } from "./out/ticketHealth.ts";
import { sourcesFolder } from "./source/folder.ts";
import { loadSources, type Sources } from "./source/loadSources.ts";
import { makeSendWeb } from "./web/send.ts";
import { makeReadSigningKey } from "./web/signingKeys.ts";

/** Ticketing systems: how their tickets come in, and how they are told what became of them. */
export interface Tickets {
  readonly sources: Sources;
  readonly receive: Receive;
  readonly check: CheckTicket;
  readonly notify: Notify;
  /** Tells a ticket again what it could not be told. @throws {QueueError} */
  readonly replay: (key: PoisonKey, body: Uint8Array) => Promise<void>;
  /** Names of what somebody should look at; undefined when all is well. */
  readonly warning: () => Promise<string | undefined>;
}

export interface TicketParts {
  readonly settings: Pick<
    Settings,
    | "TICKETS_FOLDER"
    | "CALLBACK_HOSTS"
    | "CALLBACK_LOOPBACK"
    | "CALLBACK_TIMEOUT_SECONDS"
    | "CALLBACK_SCHEDULE_SECONDS"
  >;
  readonly clock: Clock;
  readonly patiently: Patiently;
  readonly vault: Vault;
  readonly ledger: Ledger;
  readonly messages: Messages;
  readonly accept: Accept;
  readonly settle: Settle;
  /** Tries once, for dead letters. */
  readonly settleOnce: Settle;
}

/** A sender that signs with a key to be fetched waits 5 s for its answer. */
const SIGNING_KEY_TIMEOUT_MS = 2000;

/** Reads the files of the sources. @throws {SourcesError} when one of them is wrong */
export const makeTickets = (parts: TicketParts): Tickets => {
  const { settings, clock, patiently, ledger, messages, accept, settle, settleOnce } = parts;
  const secrets = parts.vault.sharedSecrets;
  const sources = loadSources(sourcesFolder(settings.TICKETS_FOLDER));
  const evaluate = makeEvaluate();
  const off = makeCallbacksOff(ledger.table("licensecallbacks"), clock.now);
  const allowLoopback = settings.CALLBACK_LOOPBACK;
  const fetchKey = makeSendWeb({ timeoutMs: SIGNING_KEY_TIMEOUT_MS, allowLoopback, hosts: undefined });
  const send = makeSendWeb({
    timeoutMs: settings.CALLBACK_TIMEOUT_SECONDS * 1000,
    allowLoopback,
    hosts: settings.CALLBACK_HOSTS,
  });
  const readSigningKey = makeReadSigningKey(fetchKey, clock.now);
  const readTicket = makeReadTicket({ clock, secrets, evaluate, readSigningKey });
  const notifying = {
    clock,
    sources,
    off,
    post: makePost({ clock, secrets, evaluate, send }),
    ledger,
    settle,
    schedule: (body: Uint8Array, key: CallbackKey, atMs: number) =>
      messages.send(TICKET_CALLBACKS, toCallbackMessage(body, key, atMs)),
    patiently,
    scheduleSeconds: settings.CALLBACK_SCHEDULE_SECONDS,
  };
  return {
    sources,
    receive: makeReceive({ clock, sources, readTicket, accept, publish: messages.publish }),
    check: makeCheckTicket({ sources, readTicket }),
    notify: {
      tell: makeNotify(notifying).tell,
      capture: makeNotify({ ...notifying, settle: settleOnce }).capture,
    },
    replay: (key, body) => messages.send(TICKET_CALLBACKS, toCallbackReplay(key, body)),
    warning: makeTicketHealth({ sources, secrets, off }),
  };
};
