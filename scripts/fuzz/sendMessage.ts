import { ServiceBusClient, type ServiceBusSender } from "@azure/service-bus";

import type { MessageCase } from "./fuzzCase.ts";

/** Sends hostile messages through the broker. */
export interface MessageSender {
  /** False when the client or the broker refuses it: then it is no message. */
  readonly send: (entity: string, message: MessageCase) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

const toAmqp = (message: MessageCase) => ({
  body: message.isText ? message.body.toString("utf8") : message.body,
  bodyType: message.isText ? ("value" as const) : ("data" as const),
  properties: {
    messageId: message.messageId,
    groupId: message.sessionId,
    contentType: message.contentType,
    subject: message.subject,
  },
  // Only with this does the subscription of tickets take it
  applicationProperties: { ...message.properties, notify: "ticket" },
});

export const makeMessageSender = (connectionString: string): MessageSender => {
  const client = new ServiceBusClient(connectionString);
  const senders = new Map<string, ServiceBusSender>();
  const senderOf = (entity: string): ServiceBusSender => {
    const known = senders.get(entity) ?? client.createSender(entity);
    senders.set(entity, known);
    return known;
  };
  return {
    send: async (entity, message) => {
      try {
        await senderOf(entity).sendMessages(toAmqp(message));
        return true;
      } catch {
        return false;
      }
    },
    close: () => client.close(),
  };
};
