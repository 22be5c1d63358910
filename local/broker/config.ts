import { readFile } from "node:fs/promises";

import { LocalStartError } from "../listen.ts";
import { EmulatorConfig } from "./emulatorConfig.ts";
import type { Filter } from "./filter/filter.ts";
import { findEntityProblems } from "./entityProblems.ts";

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

const pathOf = (path: readonly PropertyKey[]): string => `/${path.map(String).join("/")}`;

/**
 * Reads entities in the format of the official emulator, with its defaults; times may be shorter than it allows.
 * @throws {LocalStartError} that lists all problems, each with its place
 */
export const readBrokerConfig = (json: unknown): BrokerConfig => {
  const { success, data, error } = EmulatorConfig.safeParse(json);
  const problems = success
    ? findEntityProblems(data)
    : error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`);
  if (!success || problems.length > 0)
    throw new LocalStartError(`Cannot use these Service Bus entities:\n  ${problems.join("\n  ")}`);
  return data;
};

/** @throws {LocalStartError} when the file cannot be read, is not JSON, or describes no usable entities */
export const loadBrokerConfig = async (file: string): Promise<BrokerConfig> => {
  try {
    return readBrokerConfig(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LocalStartError(`Cannot read ${file}: ${why}`, { cause: error });
  }
};
