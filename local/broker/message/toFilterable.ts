import { decodeMap } from "../amqp/decode.ts";
import type { Arrival } from "../entity/message.ts";
import type { Filterable } from "../filter/filter.ts";
import { propertyIndex } from "./propertyIndex.ts";

/** What the rules of subscriptions look at. */
export const toFilterable = ({ content, added }: Arrival): Filterable => {
  const { properties, sections } = content;
  return {
    system: {
      messageId: properties[propertyIndex.messageId] ?? null,
      correlationId: properties[propertyIndex.correlationId] ?? null,
      to: properties[propertyIndex.to] ?? null,
      replyTo: properties[propertyIndex.replyTo] ?? null,
      subject: properties[propertyIndex.subject] ?? null,
      sessionId: properties[propertyIndex.groupId] ?? null,
      replyToSessionId: properties[propertyIndex.replyToGroupId] ?? null,
      contentType: properties[propertyIndex.contentType] ?? null,
    },
    application: new Map([...decodeMap(sections.applicationProperties), ...added]),
  };
};
