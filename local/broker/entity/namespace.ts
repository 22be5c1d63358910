import type { Clock } from "../clock.ts";
import type { BrokerConfig, QueueConfig, SubscriptionConfig, TopicConfig } from "../config.ts";
import { entityNotFound, sessionIdMissing } from "./brokerError.ts";
import type { Report } from "./brokerEvent.ts";
import { Intake } from "./intake.ts";
import type { Arrival, Message } from "./message.ts";
import { Queue } from "./queue.ts";
import { Quota } from "./quota.ts";
import { fanOut } from "./topic.ts";

export interface NamespaceOptions {
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly maxEntityBytes: number;
  readonly report: Report;
}

/** What can be addressed: messages are sent to an entity with an intake, and received from one with a queue. */
export interface Entity {
  readonly path: string;
  readonly intake?: Intake;
  readonly queue?: Queue;
  /** Entities whose messages count as this one's: a topic's subscriptions. */
  readonly below: readonly Entity[];
  readonly deadLetters?: Queue;
}

/** Sequence numbers, from 1. */
const makeCounter = (): (() => number) => {
  let last = 0;
  return () => ++last;
};

const DEAD_LETTER_SUFFIX = "/$DeadLetterQueue";

/** All entities of a namespace by their path; letters may be in any case. */
export class Namespace {
  readonly #options: NamespaceOptions;
  readonly #entities = new Map<string, Entity>();

  constructor(options: NamespaceOptions) {
    this.#options = options;
    for (const queue of options.config.queues) this.#addQueue(queue);
    for (const topic of options.config.topics) this.#addTopic(topic);
  }

  /** @throws {BrokerError} when there is no such entity */
  find(path: string): Entity {
    const entity = this.#entities.get(path.toLowerCase());
    if (entity === undefined) throw entityNotFound(path);
    return entity;
  }

  #add(entity: Entity): void {
    this.#entities.set(entity.path.toLowerCase(), entity);
    const { deadLetters } = entity;
    if (deadLetters !== undefined)
      this.#entities.set(deadLetters.path.toLowerCase(), {
        path: deadLetters.path,
        queue: deadLetters,
        below: [],
      });
  }

  #addQueue(config: QueueConfig): void {
    const quota = new Quota(config.name, this.#options.maxEntityBytes);
    const nextSequenceNumber = makeCounter();
    const { queue, deadLetters, admit } = this.#makeQueue(config.name, config, quota, nextSequenceNumber);
    const intake = this.#makeIntake(config, quota, nextSequenceNumber, admit);
    this.#add({ path: config.name, intake, queue, deadLetters, below: [] });
  }

  #addTopic(config: TopicConfig): void {
    const quota = new Quota(config.name, this.#options.maxEntityBytes);
    const made = config.subscriptions.map((subscription) => {
      const path = `${config.name}/Subscriptions/${subscription.name}`;
      const defaultTtlMs = Math.min(config.defaultTtlMs, subscription.defaultTtlMs);
      const parts = this.#makeQueue(path, { ...subscription, defaultTtlMs }, quota, makeCounter());
      return { ...parts, path, filter: subscription.filter };
    });
    const nextSequenceNumber = makeCounter();
    const intake = this.#makeIntake(config, quota, nextSequenceNumber, fanOut(made, nextSequenceNumber));
    const below = made.map(({ path, queue, deadLetters }) => ({ path, queue, deadLetters, below: [] }));
    for (const subscription of below) this.#add(subscription);
    this.#add({ path: config.name, intake, below });
  }

  #makeIntake(
    config: QueueConfig | TopicConfig,
    quota: Quota,
    nextSequenceNumber: () => number,
    admit: (arrival: Arrival) => void,
  ): Intake {
    const { clock, report } = this.#options;
    const duplicateWindowMs = config.requiresDuplicateDetection ? config.duplicateWindowMs : undefined;
    const requiresSession = "requiresSession" in config && config.requiresSession;
    return new Intake({
      path: config.name,
      clock,
      quota,
      report,
      duplicateWindowMs,
      nextSequenceNumber,
      admit,
      check: ({ sessionId }) => {
        if (requiresSession && sessionId === undefined) throw sessionIdMissing();
      },
    });
  }

  #makeQueue(
    path: string,
    config: QueueConfig | SubscriptionConfig,
    quota: Quota,
    nextSequenceNumber: () => number,
  ): { queue: Queue; deadLetters: Queue; admit: (arrival: Arrival) => void } {
    const { clock, report } = this.#options;
    const { forwardTo, forwardDeadLetteredTo } = config;
    const common = {
      clock,
      quota,
      report,
      nextSequenceNumber,
      lockDurationMs: config.lockDurationMs,
      maxTtlMs: config.defaultTtlMs,
    };
    const deadLetters = new Queue({
      ...common,
      path: path + DEAD_LETTER_SUFFIX,
      maxDeliveryCount: Infinity,
      requiresSession: false,
      deadLettersExpired: false,
      deadLetter: undefined,
    });
    const deadLetter = (message: Message): void => {
      if (forwardDeadLetteredTo === undefined) deadLetters.adopt({ ...message, ttlMs: undefined });
      else {
        const enqueuedSequenceNumber = message.enqueuedSequenceNumber ?? message.sequenceNumber;
        this.#forward(forwardDeadLetteredTo, { ...message, enqueuedSequenceNumber, deadLetterSource: path });
      }
    };
    const queue = new Queue({
      ...common,
      path,
      maxDeliveryCount: config.maxDeliveryCount,
      requiresSession: config.requiresSession,
      deadLettersExpired: config.deadLettersExpired,
      deadLetter,
    });
    const admit = (arrival: Arrival): void => {
      if (forwardTo === undefined) queue.admit(arrival);
      else this.#forward(forwardTo, { ...arrival, enqueuedSequenceNumber: nextSequenceNumber() });
    };
    return { queue, deadLetters, admit };
  }

  #forward(path: string, arrival: Arrival): void {
    this.find(path).intake?.forward(arrival);
  }
}
