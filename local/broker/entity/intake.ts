import type { Clock } from "../clock.ts";
import type { Report } from "./brokerEvent.ts";
import { DuplicateHistory } from "./duplicateHistory.ts";
import type { Arrival, Content, Message } from "./message.ts";
import type { Quota } from "./quota.ts";

export interface IntakeOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly quota: Quota;
  readonly report: Report;
  /** Undefined: the entity does not look for duplicates. */
  readonly duplicateWindowMs: number | undefined;
  readonly nextSequenceNumber: () => number;
  /** @throws {BrokerError} when the entity does not take such a message */
  readonly check: (content: Content) => void;
  /** Takes a message whose time has come. */
  readonly admit: (arrival: Arrival) => void;
}

interface Scheduled {
  readonly message: Message;
  readonly cancel: () => void;
}

/** The way into a queue or a topic: drops duplicates, and holds back what is scheduled. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #history: DuplicateHistory | undefined;
  readonly #scheduled = new Map<number, Scheduled>();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#history =
      options.duplicateWindowMs === undefined ? undefined : new DuplicateHistory(options.duplicateWindowMs);
  }

  get scheduledCount(): number {
    return this.#scheduled.size;
  }

  /** In the order of their sequence numbers. */
  *scheduled(): Iterable<Message> {
    for (const { message } of this.#scheduled.values()) yield message;
  }

  /** Takes all or none; a duplicate is accepted and dropped. @throws {BrokerError} when one cannot be taken */
  accept(arrivals: readonly Arrival[]): void {
    const { clock, admit } = this.#options;
    this.#check(arrivals);
    for (const arrival of arrivals.filter((each) => this.#isNew(each))) {
      const { scheduledAtMs } = arrival.content;
      if (scheduledAtMs !== undefined && scheduledAtMs > clock.now()) this.#hold(arrival, scheduledAtMs);
      else admit(arrival);
    }
  }

  /**
   * As accept, for senders that want to cancel later: returns the numbers they can do it with. A duplicate gets a
   * number too, for nothing.
   */
  schedule(arrivals: readonly Arrival[]): number[] {
    const { clock, nextSequenceNumber } = this.#options;
    this.#check(arrivals);
    return arrivals.map((arrival) =>
      this.#isNew(arrival)
        ? this.#hold(arrival, arrival.content.scheduledAtMs ?? clock.now())
        : nextSequenceNumber(),
    );
  }

  /** False when no message with that number waits for its time. */
  cancel(sequenceNumber: number): boolean {
    const scheduled = this.#scheduled.get(sequenceNumber);
    scheduled?.cancel();
    this.#drop(sequenceNumber);
    return scheduled !== undefined;
  }

  /** Takes what another entity passes on: there is nobody left to refuse it to. */
  forward(arrival: Arrival): void {
    if (this.#isNew(arrival)) this.#options.admit(arrival);
  }

  #check(arrivals: readonly Arrival[]): void {
    for (const { content } of arrivals) this.#options.check(content);
    this.#options.quota.check(arrivals.reduce((bytes, { content }) => bytes + content.sizeBytes, 0));
  }

  #isNew({ content: { messageId } }: Arrival): boolean {
    const { path, clock, report } = this.#options;
    const isDuplicate = this.#history?.sees(messageId, clock.now()) === true;
    report({ type: isDuplicate ? "message.duplicate" : "message.accepted", entity: path, messageId });
    return !isDuplicate;
  }

  #hold(arrival: Arrival, atMs: number): number {
    const { clock, quota, nextSequenceNumber, admit } = this.#options;
    const sequenceNumber = nextSequenceNumber();
    quota.take(arrival.content.sizeBytes);
    const cancel = clock.at(atMs, () => {
      this.#drop(sequenceNumber);
      // It joins the queue as if it were sent now: with a new sequence number, behind what is there
      admit(arrival);
    });
    const message: Message = {
      ...arrival,
      sequenceNumber,
      enqueuedAtMs: clock.now(),
      ttlMs: arrival.content.ttlMs,
      deliveryCount: 0,
      state: "scheduled",
    };
    this.#scheduled.set(sequenceNumber, { message, cancel });
    return sequenceNumber;
  }

  #drop(sequenceNumber: number): void {
    const scheduled = this.#scheduled.get(sequenceNumber);
    if (scheduled === undefined) return;
    this.#scheduled.delete(sequenceNumber);
    this.#options.quota.give(scheduled.message.content.sizeBytes);
  }
}
