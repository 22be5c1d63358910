import type { Clock } from "../clock.ts";
import {
  messageLockLost,
  messageNotFound,
  sessionLockLost,
  sessionsNotSupported,
  sessionsRequired,
} from "./brokerError.ts";
import type { Report } from "./brokerEvent.ts";
import { LockTable } from "./lockTable.ts";
import { expiresAtMs, type Arrival, type Message, type Settlement } from "./message.ts";
import { PlainShelf } from "./plainShelf.ts";
import type { Quota } from "./quota.ts";
import { SessionShelf } from "./sessionShelf.ts";
import type { Lock, Receiver, Shelf, Stored } from "./shelf.ts";

export interface QueueOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly quota: Quota;
  readonly report: Report;
  readonly nextSequenceNumber: () => number;
  readonly lockDurationMs: number;
  /** After that many deliveries that did not end well, the message is dead-lettered. */
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  /** No message lives longer. */
  readonly maxTtlMs: number;
  readonly deadLettersExpired: boolean;
  /** Takes what is dead-lettered; undefined for a dead-letter queue, which keeps what it has. */
  readonly deadLetter: ((message: Message) => void) | undefined;
}

/** The messages of a queue, of a subscription, or of a dead-letter queue, and what becomes of them. */
export class Queue {
  readonly path: string;
  /** Undefined when the queue has no sessions. */
  readonly sessions: SessionShelf | undefined;
  readonly #options: QueueOptions;
  readonly #stored = new Map<number, Stored>();
  readonly #locks: LockTable;
  readonly #shelf: Shelf;

  constructor(options: QueueOptions) {
    const { path, clock, lockDurationMs, requiresSession } = options;
    this.path = path;
    this.#options = options;
    const handOut = this.#handOut.bind(this);
    this.sessions = requiresSession
      ? new SessionShelf({ clock, lockDurationMs, handOut, expire: this.#expireSession.bind(this) })
      : undefined;
    this.#shelf = this.sessions ?? new PlainShelf(handOut);
    this.#locks = new LockTable(clock, (stored) => {
      this.#report("lock.expired", stored.message);
      this.#giveBack([stored], true);
    });
  }

  /** Messages in the queue, also those that are locked or deferred. */
  get count(): number {
    return this.#stored.size;
  }

  /** A new message joins the queue. */
  admit(arrival: Arrival): void {
    const { clock, nextSequenceNumber, maxTtlMs, requiresSession } = this.#options;
    const message: Message = {
      ...arrival,
      sequenceNumber: nextSequenceNumber(),
      enqueuedAtMs: clock.now(),
      ttlMs: Math.min(arrival.content.ttlMs ?? maxTtlMs, maxTtlMs),
      deliveryCount: 0,
      state: "active",
    };
    if (requiresSession && arrival.content.sessionId === undefined)
      this.#options.deadLetter?.(this.#withReason(message, "Session ID is null.", "Session ID is null."));
    else this.adopt(message);
  }

  /** A message joins the queue with the number and the history it has. */
  adopt(message: Message): void {
    const { clock, quota } = this.#options;
    const stored: Stored = { message };
    this.#stored.set(message.sequenceNumber, stored);
    quota.take(message.content.sizeBytes);
    if (message.ttlMs !== undefined)
      stored.cancelExpiry = clock.at(expiresAtMs(message), () => this.#expireUnlessLocked(stored));
    this.#shelf.join(stored);
    this.#shelf.put(stored);
    this.#shelf.serve();
  }

  /** @throws {BrokerError} when a receiver must choose a session first */
  checkPlainReceiver(): void {
    if (this.sessions !== undefined) throw sessionsRequired();
  }

  /** @throws {BrokerError} when the queue has no sessions */
  requireSessions(): SessionShelf {
    if (this.sessions === undefined) throw sessionsNotSupported();
    return this.sessions;
  }

  /** The receiver has room for messages. */
  wake(receiver: Receiver): void {
    this.#shelf.wake(receiver);
  }

  /**
   * The receiver goes away, and its session is free. What it has locked stays locked until the locks run out
   * ("keep"), or goes back at once, with the delivery counted or as if it had never happened.
   */
  leave(receiver: Receiver, locks: "keep" | "giveBackCounted" | "giveBackUncounted"): void {
    this.#shelf.leave(receiver);
    if (locks !== "keep") this.#giveBackAll(receiver, locks === "giveBackCounted");
    this.#shelf.serve();
  }

  /** @throws {BrokerError} when the lock ran out, or there never was one */
  settle(token: string, settlement: Settlement): void {
    const stored = this.#locks.find(token);
    if (stored === undefined) throw this.sessions === undefined ? messageLockLost() : sessionLockLost();
    this.#locks.unlock(stored);
    switch (settlement.kind) {
      case "complete":
        return this.#remove(stored);
      case "abandon":
        this.#add(stored, settlement.added);
        return this.#giveBack([stored], true);
      case "release":
        return this.#giveBack([stored], false);
      case "defer":
        this.#add(stored, settlement.added);
        stored.message = { ...stored.message, state: "deferred" };
        return this.#giveBack([stored], false);
      case "deadLetter":
        this.#add(stored, settlement.added);
        return this.#deadLetter(stored, settlement.reason, settlement.description);
      default:
        return settlement satisfies never;
    }
  }

  /** Starts the time of a message's lock anew, and returns its end. @throws {BrokerError} when there is no such lock */
  renew(token: string): number {
    const untilMs = this.#options.clock.now() + this.#options.lockDurationMs;
    if (this.sessions !== undefined || !this.#locks.renew(token, untilMs)) throw messageLockLost();
    return untilMs;
  }

  /**
   * Deferred messages by their numbers; without a lock (and gone from the queue) in the mode receiveAndDelete.
   * @throws {BrokerError} unless all of them are there, deferred, and locked by nobody
   */
  receiveDeferred(
    sequenceNumbers: readonly number[],
    mode: Receiver["mode"],
    receiver: Receiver | undefined,
  ): { message: Message; lock: Lock | undefined }[] {
    const found = sequenceNumbers.map((sequenceNumber) => {
      const stored = this.#stored.get(sequenceNumber);
      if (stored?.message.state !== "deferred" || stored.lockToken !== undefined) throw messageNotFound();
      return stored;
    });
    return found.map((stored) => ({
      message: stored.message,
      lock: this.#lockOrRemove(stored, mode, receiver),
    }));
  }

  /** Looks at messages without taking them, from a sequence number on. */
  peek(fromSequenceNumber: number, count: number, sessionId: string | undefined): Message[] {
    // In a dead-letter queue the messages keep their numbers, and come in no order
    return [...this.#stored.values()]
      .map(({ message }) => message)
      .filter(({ sequenceNumber }) => sequenceNumber >= fromSequenceNumber)
      .filter(({ content }) => sessionId === undefined || content.sessionId === sessionId)
      .toSorted((a, b) => a.sequenceNumber - b.sequenceNumber)
      .slice(0, count);
  }

  #handOut(stored: Stored, receiver: Receiver): void {
    if (this.#isExpired(stored)) {
      this.#expire(stored);
      return;
    }
    receiver.deliver(stored.message, this.#lockOrRemove(stored, receiver.mode, receiver));
  }

  #lockOrRemove(stored: Stored, mode: Receiver["mode"], receiver: Receiver | undefined): Lock | undefined {
    if (mode === "receiveAndDelete") {
      this.#remove(stored);
      return undefined;
    }
    const heldUntilMs = receiver === undefined ? undefined : this.sessions?.heldUntilMs(receiver);
    const untilMs = heldUntilMs ?? this.#options.clock.now() + this.#options.lockDurationMs;
    return this.#locks.lock(stored, receiver, untilMs, heldUntilMs !== undefined);
  }

  #expireSession(sessionId: string, receiver: Receiver): void {
    this.#options.report({ type: "session.expired", entity: this.path, sessionId });
    this.#giveBackAll(receiver, true);
    this.#shelf.serve();
    receiver.lose(sessionLockLost());
  }

  #giveBackAll(receiver: Receiver, isCounted: boolean): void {
    const locked = this.#locks.lockedBy(receiver);
    for (const stored of locked) this.#locks.unlock(stored);
    this.#giveBack(locked, isCounted);
  }

  /** All of them before any is delivered again, so that they keep their order. */
  #giveBack(unlocked: readonly Stored[], isCounted: boolean): void {
    const { maxDeliveryCount } = this.#options;
    for (const stored of unlocked) {
      if (isCounted) stored.message = { ...stored.message, deliveryCount: stored.message.deliveryCount + 1 };
      if (this.#isExpired(stored)) this.#expire(stored);
      else if (isCounted && stored.message.deliveryCount >= maxDeliveryCount)
        this.#deadLetter(
          stored,
          "MaxDeliveryCountExceeded",
          `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
        );
      else if (stored.message.state === "active") this.#shelf.put(stored);
    }
    this.#shelf.serve();
  }

  #isExpired({ message }: Stored): boolean {
    return expiresAtMs(message) <= this.#options.clock.now();
  }

  #expireUnlessLocked(stored: Stored): void {
    // A locked message is looked at again when it comes back
    if (stored.lockToken === undefined) this.#expire(stored);
  }

  #expire(stored: Stored): void {
    this.#report("message.expired", stored.message);
    if (this.#options.deadLettersExpired)
      this.#deadLetter(stored, "TTLExpiredException", "The message expired and was dead lettered.");
    else this.#remove(stored);
  }

  #deadLetter(stored: Stored, reason: string | undefined, description: string | undefined): void {
    const { deadLetter } = this.#options;
    // What is dead-lettered already can only be completed
    if (deadLetter === undefined) {
      this.#giveBack([stored], true);
      return;
    }
    this.#remove(stored);
    deadLetter(this.#withReason(stored.message, reason, description));
  }

  #withReason(message: Message, reason: string | undefined, description: string | undefined): Message {
    const { report } = this.#options;
    report({
      type: "message.deadLettered",
      entity: this.path,
      messageId: message.content.messageId,
      reason,
    });
    const added = new Map(message.added);
    if (reason !== undefined) added.set("DeadLetterReason", reason);
    if (description !== undefined) added.set("DeadLetterErrorDescription", description);
    return { ...message, added, state: "active" };
  }

  #remove(stored: Stored): void {
    stored.cancelExpiry?.();
    this.#shelf.part(stored);
    if (this.#stored.delete(stored.message.sequenceNumber))
      this.#options.quota.give(stored.message.content.sizeBytes);
  }

  #add(stored: Stored, added: ReadonlyMap<string, unknown>): void {
    if (added.size === 0) return;
    stored.message = { ...stored.message, added: new Map([...stored.message.added, ...added]) };
  }

  #report(type: "lock.expired" | "message.expired", { content }: Message): void {
    this.#options.report({ type, entity: this.path, messageId: content.messageId });
  }
}
