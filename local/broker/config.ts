import type { Filter } from "./filter/filter.ts";

/** What queues and subscriptions have in common. Times are in milliseconds. */
interface ReceivingConfig {
  readonly name: string;
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly defaultTtlMs: number;
  readonly deadLettersExpired: boolean;
  readonly requiresSession: boolean;
  /** The name of a queue or topic that gets all messages instead. */
  readonly forwardTo?: string;
  readonly forwardDeadLetteredTo?: string;
}

/** What queues and topics have in common. */
interface SendingConfig {
  readonly requiresDuplicateDetection: boolean;
  readonly duplicateWindowMs: number;
}

export interface QueueConfig extends ReceivingConfig, SendingConfig {}

export interface SubscriptionConfig extends ReceivingConfig {
  readonly filter: Filter;
}

export interface TopicConfig extends SendingConfig {
  readonly name: string;
  readonly defaultTtlMs: number;
  readonly subscriptions: readonly SubscriptionConfig[];
}

/** The entities of a namespace. Plain data: change a copy to get others. */
export interface BrokerConfig {
  readonly queues: readonly QueueConfig[];
  readonly topics: readonly TopicConfig[];
}
