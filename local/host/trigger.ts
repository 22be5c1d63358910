import type { ServiceBusClient } from "@azure/service-bus";

import type { Deliverer } from "./deliver.ts";
import type { ServiceBusSettings } from "./hostJson.ts";
import type { Log } from "./hostLog.ts";
import type { Outage } from "./outage.ts";
import type { MessageSource } from "./serviceBusBinding.ts";

/** Something that starts functions. */
export interface Trigger {
  /** Takes no new work; what is going on goes on. */
  pause(): Promise<void>;
  /** Gives back what is still going on, and disconnects. */
  close(): Promise<void>;
}

/** What a Service Bus trigger is made of. */
export interface MessageTriggerOptions {
  readonly functionName: string;
  readonly client: ServiceBusClient;
  readonly source: MessageSource;
  readonly settings: ServiceBusSettings;
  readonly deliverer: Deliverer;
  readonly outage: Outage;
  readonly log: Log;
}
