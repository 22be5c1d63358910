import type { Failure } from "../ledger/entry/poison.ts";
import { present } from "../present.ts";
import type { DeadLetter } from "./deadLetter.ts";
import { fromPoison } from "./fromPoison.ts";

// As the host hands properties over
const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);

/** A poison message that the broker gave up → what is to be filed. @param now ISO 8601 */
export const fromDeadPoison = (letter: DeadLetter, now: string): Failure => {
  const { body, bodyType, properties, messageId, sessionId, contentType, deliveryCount } = letter;
  const applicationProperties = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [lowerFirst(name), value]),
  );
  const metadata = { messageId, sessionId, contentType, deliveryCount, applicationProperties };
  const { original, ...failure } = fromPoison(body, metadata, now);
  return {
    ...failure,
    // What the message was before it became a poison message comes first
    original: {
      ...present({ sessionId, brokerReason: letter.reason, brokerDescription: letter.description }),
      bodyType,
      properties,
      ...original,
    },
  };
};
