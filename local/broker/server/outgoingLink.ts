import type { Delivery, EventContext, Sender } from "rhea";

import { timedOut, type BrokerError } from "../entity/brokerError.ts";
import type { Message } from "../entity/message.ts";
import type { Queue } from "../entity/queue.ts";
import type { Grant } from "../entity/sessionShelf.ts";
import type { Lock, Receiver } from "../entity/shelf.ts";
import { writeMessage } from "../message/writeMessage.ts";
import { toDeliveryTag } from "./lockTag.ts";
import {
  allowedDeliveries,
  closeLink,
  echoSettleModes,
  endDelivery,
  holdAttach,
  long,
  setAttachProperties,
} from "./rheaLinks.ts";
import type { ServerContext } from "./serverContext.ts";
import { toBrokerError } from "./toBrokerError.ts";
import { outcomes, toSettlement, type Outcome } from "./toSettlement.ts";

export const SESSION_FILTER = "com.microsoft:session-filter";
const SETTLED = 1;
const MESSAGE_FORMAT = 0;
const TICKS_PER_MS = 10_000;
const TICKS_AT_1970 = 621_355_968_000_000_000;

/** How a link ended: by the client's own detach or close, or because its connection broke off. */
export type LinkEnd = "detached" | "disconnected";

/** A link on which a client receives messages of a queue. */
export class OutgoingLink implements Receiver {
  readonly name: string;
  readonly mode: Receiver["mode"];
  readonly #sender: Sender;
  readonly #queue: Queue;
  readonly #context: ServerContext;
  readonly #locks = new WeakMap<Delivery, string>();
  #session: string | undefined;
  #stopWaiting: (() => void) | undefined;
  #isOpen = false;
  #isClosed = false;
  #allowed = 0;
  #sent = 0;

  constructor(sender: Sender, queue: Queue, context: ServerContext) {
    this.name = sender.name;
    this.mode = sender.snd_settle_mode === SETTLED ? "receiveAndDelete" : "peekLock";
    this.#sender = sender;
    this.#queue = queue;
    this.#context = context;
    echoSettleModes(sender);
    sender.on("sender_flow", () => this.#onFlow());
    sender.on("sender_draining", () => this.#onDrain());
    sender.on("sendable", () => this.#wake());
    for (const outcome of outcomes)
      sender.on(outcome, ({ delivery }: EventContext) => this.#onOutcome(outcome, delivery));
  }

  /** Receives from a queue without sessions. @throws {BrokerError} when it has some */
  openPlain(address: string): void {
    this.#queue.checkPlainReceiver();
    this.#sender.set_source({ address });
    this.#opened();
  }

  /** Receives the messages of one session. @throws {BrokerError} when the queue has none, or it is another's */
  openSession(address: string, sessionId: string): void {
    this.#answer(address, this.#queue.requireSessions().accept(sessionId, this));
  }

  /**
   * Receives the messages of the next free session: the client gets its answer when there is one, or an error when
   * the time has passed without.
   * @throws {BrokerError} when the queue has no sessions
   */
  openNextSession(address: string, timeoutMs: number): void {
    const sessions = this.#queue.requireSessions();
    const { clock } = this.#context;
    holdAttach(this.#sender);
    const cancelTimeout = clock.at(clock.now() + timeoutMs, () => {
      this.#stopWaiting?.();
      this.#refuse(timedOut());
    });
    const leaveLine = sessions.acceptNext(this, (grant) => {
      this.#stopWaiting = undefined;
      cancelTimeout();
      this.#answer(address, grant);
    });
    // A session may have been free
    if (this.#session !== undefined) return;
    this.#stopWaiting = () => {
      leaveLine();
      cancelTimeout();
    };
  }

  /** The client has left. */
  end(how: LinkEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#stopWaiting !== undefined) {
      this.#stopWaiting();
      if (how === "detached") this.#answerDetach();
      return;
    }
    if (how === "disconnected" && this.#context.onDisconnect === "keep-lock") {
      if (this.#session === undefined) this.#queue.leave(this, "keep");
      return;
    }
    this.#reportSession("session.released");
    if (how === "disconnected") this.#queue.leave(this, "giveBackCounted");
    // The service gives a closed session's messages back without counting the delivery, and keeps the locks of
    // messages without a session until they run out
    else this.#queue.leave(this, this.#session === undefined ? "keep" : "giveBackUncounted");
  }

  hasRoom(): boolean {
    return this.#isOpen && !this.#isClosed && this.#sent < this.#allowed && this.#sender.sendable();
  }

  deliver(message: Message, lock: Lock | undefined): void {
    this.#sent += 1;
    const tag = lock === undefined ? undefined : toDeliveryTag(lock.token);
    const delivery = this.#sender.send(writeMessage(message, lock?.untilMs), tag, MESSAGE_FORMAT);
    if (lock !== undefined) this.#locks.set(delivery, lock.token);
  }

  lose(error: BrokerError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeLink(this.#sender, error);
  }

  /** A detach gets an answer also when the attach had none yet. */
  #answerDetach(): void {
    this.#sender.open();
    this.#sender.close();
  }

  /** Answers the attach with an error. */
  #refuse(error: BrokerError): void {
    this.#isClosed = true;
    this.#sender.open();
    closeLink(this.#sender, error);
  }

  #answer(address: string, { sessionId, untilMs }: Grant): void {
    this.#session = sessionId;
    this.#reportSession("session.accepted");
    this.#sender.set_source({ address, filter: { [SESSION_FILTER]: sessionId } });
    setAttachProperties(this.#sender, {
      "com.microsoft:locked-until-utc": long(untilMs * TICKS_PER_MS + TICKS_AT_1970),
    });
    this.#sender.open();
    this.#opened();
  }

  #opened(): void {
    // A client may give credit with its attach, but rhea would write messages before its answer, which it writes at
    // the next tick
    process.nextTick(() => {
      this.#isOpen = true;
      this.#onFlow();
    });
  }

  #reportSession(type: "session.accepted" | "session.released"): void {
    if (this.#session === undefined) return;
    this.#context.report({ type, entity: this.#queue.path, sessionId: this.#session });
  }

  #onFlow(): void {
    this.#allowed = allowedDeliveries(this.#sender);
    this.#wake();
  }

  #onDrain(): void {
    // What is there was just sent; the rest of the credit is given back
    this.#sent = this.#allowed;
    this.#sender.set_drained(true);
  }

  #wake(): void {
    if (!this.#isClosed) this.#queue.wake(this);
  }

  #onOutcome(outcome: Outcome, delivery: Delivery | undefined): void {
    const token = delivery === undefined ? undefined : this.#locks.get(delivery);
    if (delivery === undefined || token === undefined) return;
    this.#locks.delete(delivery);
    try {
      this.#queue.settle(token, toSettlement(outcome, delivery.remote_state));
      endDelivery(delivery);
    } catch (error) {
      endDelivery(delivery, toBrokerError(error));
    }
  }
}
