import type { Clock } from "../clock.ts";
import { Heap } from "../heap.ts";
import { sessionCannotBeLocked, sessionLockLost } from "./brokerError.ts";
import type { HandOut, Receiver, Shelf, Stored } from "./shelf.ts";

/** A session that is one receiver's for a while. */
export interface Grant {
  readonly sessionId: string;
  readonly untilMs: number;
}

interface Hold {
  readonly receiver: Receiver;
  untilMs: number;
  cancelExpiry: () => void;
}

interface Session {
  readonly id: string;
  readonly ready: Heap<Stored>;
  /** How many messages of the queue belong to it, also those that are locked or deferred. */
  messageCount: number;
  hold?: Hold | undefined;
  state?: Buffer | undefined;
  updatedAtMs: number;
}

export interface SessionShelfOptions {
  readonly clock: Clock;
  readonly lockDurationMs: number;
  readonly handOut: HandOut;
  /** A session's lock ran out: what its receiver has locked must go back. */
  readonly expire: (sessionId: string, receiver: Receiver) => void;
}

interface Waiting {
  readonly receiver: Receiver;
  readonly grant: (grant: Grant) => void;
}

/** One receiver holds a session and gets its messages in order; the others wait for another session. */
export class SessionShelf implements Shelf {
  readonly #options: SessionShelfOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #held = new Map<Receiver, Session>();
  /** Sessions that nobody holds and that have something to deliver, the one that waited longest first. */
  readonly #free = new Set<Session>();
  readonly #touched = new Set<Session>();
  readonly #waiting = new Set<Waiting>();

  constructor(options: SessionShelfOptions) {
    this.#options = options;
  }

  join(stored: Stored): void {
    const session = this.#open(stored.message.content.sessionId ?? "");
    session.messageCount += 1;
    session.updatedAtMs = this.#options.clock.now();
  }

  put(stored: Stored): void {
    const session = this.#open(stored.message.content.sessionId ?? "");
    stored.node = session.ready.push(stored.message.sequenceNumber, stored);
    this.#touched.add(session);
  }

  take(stored: Stored): void {
    const session = this.#sessions.get(stored.message.content.sessionId ?? "");
    if (session === undefined || stored.node === undefined) return;
    session.ready.remove(stored.node);
    stored.node = undefined;
    if (session.ready.size === 0) this.#free.delete(session);
  }

  part(stored: Stored): void {
    this.take(stored);
    const session = this.#sessions.get(stored.message.content.sessionId ?? "");
    if (session === undefined) return;
    session.messageCount -= 1;
    this.#forgetIfEmpty(session);
  }

  serve(): void {
    for (const session of this.#touched) {
      this.#touched.delete(session);
      if (session.hold !== undefined) this.#serveHolder(session, session.hold.receiver);
      else if (session.ready.size > 0) this.#free.add(session);
    }
    for (const waiting of this.#waiting) {
      const [session] = this.#free;
      if (session === undefined) return;
      this.#waiting.delete(waiting);
      waiting.grant(this.#give(session, waiting.receiver));
    }
  }

  wake(receiver: Receiver): void {
    const session = this.#held.get(receiver);
    if (session !== undefined) this.#serveHolder(session, receiver);
  }

  leave(receiver: Receiver): void {
    const session = this.#held.get(receiver);
    if (session === undefined) return;
    session.hold?.cancelExpiry();
    session.hold = undefined;
    this.#held.delete(receiver);
    this.#touched.add(session);
    this.#forgetIfEmpty(session);
  }

  /** @throws {BrokerError} when another receiver holds it */
  accept(sessionId: string, receiver: Receiver): Grant {
    const session = this.#open(sessionId);
    if (session.hold !== undefined) throw sessionCannotBeLocked(sessionId);
    return this.#give(session, receiver);
  }

  /** Grants the next free session, now or later; the function that comes back ends the wait. */
  acceptNext(receiver: Receiver, grant: (grant: Grant) => void): () => void {
    const waiting = { receiver, grant };
    this.#waiting.add(waiting);
    this.serve();
    return () => {
      this.#waiting.delete(waiting);
    };
  }

  /** @throws {BrokerError} when the session is not held by the link of that name (or by any, without a name) */
  holderOf(sessionId: string, linkName: string | undefined): Receiver {
    const receiver = this.#sessions.get(sessionId)?.hold?.receiver;
    if (receiver === undefined || (linkName !== undefined && receiver.name !== linkName))
      throw sessionLockLost();
    return receiver;
  }

  /** Until when the receiver holds its session; undefined when it holds none. */
  heldUntilMs(receiver: Receiver): number | undefined {
    return this.#held.get(receiver)?.hold?.untilMs;
  }

  /** Starts the receiver's time anew, and returns its end. @throws {BrokerError} when it holds no session */
  renew(receiver: Receiver): number {
    const session = this.#held.get(receiver);
    if (session?.hold === undefined) throw sessionLockLost();
    session.hold.cancelExpiry();
    return this.#startTime(session, session.hold);
  }

  stateOf(sessionId: string): Buffer | undefined {
    return this.#sessions.get(sessionId)?.state;
  }

  /** Undefined removes it. */
  setState(sessionId: string, state: Buffer | undefined): void {
    const session = this.#open(sessionId);
    session.state = state;
    session.updatedAtMs = this.#options.clock.now();
    this.#forgetIfEmpty(session);
  }

  /** The sessions that have messages or a state, and that changed since then. */
  list(sinceMs: number): string[] {
    return [...this.#sessions.values()]
      .filter((session) => session.messageCount > 0 || session.state !== undefined)
      .filter((session) => session.updatedAtMs >= sinceMs)
      .map((session) => session.id);
  }

  #open(id: string): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const session: Session = {
      id,
      ready: new Heap(),
      messageCount: 0,
      updatedAtMs: this.#options.clock.now(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  #forgetIfEmpty(session: Session): void {
    if (session.messageCount > 0 || session.hold !== undefined || session.state !== undefined) return;
    this.#sessions.delete(session.id);
    this.#touched.delete(session);
  }

  #give(session: Session, receiver: Receiver): Grant {
    this.#free.delete(session);
    session.hold = { receiver, untilMs: 0, cancelExpiry: () => undefined };
    this.#held.set(receiver, session);
    return { sessionId: session.id, untilMs: this.#startTime(session, session.hold) };
  }

  #startTime(session: Session, hold: Hold): number {
    const { clock, lockDurationMs, expire } = this.#options;
    hold.untilMs = clock.now() + lockDurationMs;
    hold.cancelExpiry = clock.at(hold.untilMs, () => {
      this.leave(hold.receiver);
      expire(session.id, hold.receiver);
    });
    return hold.untilMs;
  }

  #serveHolder(session: Session, receiver: Receiver): void {
    while (receiver.hasRoom()) {
      const next = session.ready.first()?.value;
      if (next === undefined) return;
      this.take(next);
      this.#options.handOut(next, receiver);
    }
  }
}
