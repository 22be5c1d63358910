import type { TokenCredential } from "@azure/identity";
import type { ServiceBusMessage } from "@azure/service-bus";

import type { PoisonPart } from "../ledger/entry/entry.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { Settings } from "../settings.ts";
import type { AlertEvent } from "../token/alertEvent.ts";
import type { Connection } from "./connect.ts";
import type { DeadLetterAlert } from "./deadLetterAlert.ts";
import { makeDeadLetterQueues, type DeadLetterQueues } from "./deadLetterQueues.ts";
import { LICENSE_OPERATIONS, LICENSE_OUTCOMES, LICENSE_UPDATES, LICENSE_UPDATES_POISON } from "./entities.ts";
import type { OutcomeEvent } from "./event.ts";
import type { PoisonKey, PoisonMessage } from "./poisonMessage.ts";
import type { RejectedEvent } from "./rejected.ts";
import { makeSender } from "./sender.ts";
import {
  toOperationMessage,
  toOutcomeMessage,
  toPoisonMessage,
  toReplayMessage,
  toRequestMessage,
  toResumeMessage,
} from "./toMessage.ts";

/** What the relay sends over Service Bus. Each throws {QueueError} when the broker did not say that it has the message. */
export interface Messages {
  /** A request, to be applied in its lane. */
  readonly enqueue: (request: LicenseRequest) => Promise<void>;
  /** A request that waited for seats, to be tried again. @param body the message as it came */
  readonly resume: (request: LicenseRequest, body: Uint8Array, number: number) => Promise<void>;
  /** A refused message, to be applied again. @param body the message as it came */
  readonly replay: (
    key: PoisonKey,
    body: Uint8Array,
    original: PoisonPart["original"],
    lane: string,
  ) => Promise<void>;
  readonly poison: (message: PoisonMessage) => Promise<void>;
  /** An event for whoever subscribes to outcomes. */
  readonly publish: (event: OutcomeEvent | RejectedEvent | AlertEvent | DeadLetterAlert) => Promise<void>;
  /** An operation to itself: to be gone on with. */
  readonly tick: (operationId: string, tick: number) => Promise<void>;
  /** A message that another room has made. */
  readonly send: (entity: string, message: ServiceBusMessage) => Promise<void>;
  /** The dead letters of every queue, over a connection of their own. */
  readonly deadLetters: DeadLetterQueues;
  /** Whether requests can be enqueued now. */
  readonly check: () => Promise<void>;
}

export interface MessageParts {
  readonly settings: Pick<
    Settings,
    "ServiceBusConnection" | "ServiceBusConnection__fullyQualifiedNamespace" | "LANES_PER_CUSTOMER"
  >;
  readonly credential: TokenCredential;
}

const toConnection = ({ settings, credential }: MessageParts): Connection => {
  const {
    ServiceBusConnection: connectionString,
    ServiceBusConnection__fullyQualifiedNamespace: fullyQualifiedNamespace = "",
  } = settings;
  // As the binding does: a connection string wins over a namespace
  return connectionString === undefined
    ? { kind: "identity", fullyQualifiedNamespace, credential }
    : { kind: "connectionString", connectionString };
};

/** Opens no connection yet. */
export const makeMessages = (parts: MessageParts): Messages => {
  const lanesPerCustomer = parts.settings.LANES_PER_CUSTOMER;
  const connection = toConnection(parts);
  const sender = makeSender(connection);
  return {
    enqueue: (request) => sender.send(LICENSE_UPDATES, toRequestMessage(request, lanesPerCustomer)),
    resume: (request, body, number) =>
      sender.send(LICENSE_UPDATES, toResumeMessage(request, body, number, lanesPerCustomer)),
    replay: (key, body, original, lane) =>
      sender.send(LICENSE_UPDATES, toReplayMessage(key, body, original, lane)),
    poison: (message) => sender.send(LICENSE_UPDATES_POISON, toPoisonMessage(message)),
    publish: (event) => sender.send(LICENSE_OUTCOMES, toOutcomeMessage(event)),
    tick: (operationId, tick) => sender.send(LICENSE_OPERATIONS, toOperationMessage(operationId, tick)),
    send: (entity, message) => sender.send(entity, message),
    deadLetters: makeDeadLetterQueues(connection),
    check: () => sender.check(LICENSE_UPDATES),
  };
};
