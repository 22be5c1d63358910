import type { Failure } from "../ledger/entry/poison.ts";
import { invalidMessage } from "../outcome/brokerCauses.ts";
import { present } from "../present.ts";
import { derivedId } from "../request/derivedId.ts";
import { fromOperation } from "./fromOperation.ts";
import { fromTrigger } from "./fromTrigger.ts";

/**
 * A message of license-operations that is none of ours → what is to be filed. Never throws.
 * @param now ISO 8601
 */
export const strayOperation = (message: unknown, triggerMetadata: unknown, now: string): Failure => {
  const delivery = fromTrigger(message, triggerMetadata);
  const { body, messageId, sessionId, contentType, deliveryCount } = delivery;
  const { category, owner, meaning, remedy } = invalidMessage;
  const operationId = fromOperation(message);
  const named =
    operationId === undefined ? "no operation" : `operation ${operationId}, which the ledger does not have`;
  return {
    // Of its own: it must not pass for a replay of a message that was filed before
    id: `~${derivedId("stray-operation", messageId ?? "", body)}`,
    run: 0,
    kind: "update",
    refusal: {
      at: now,
      category,
      owner,
      meaning,
      remedy,
      description: `It was on license-operations, where only the relay itself sends, and names ${named}`,
      attempts: 0,
    },
    original: { deliveryCount, ...present({ messageId, sessionId, contentType }) },
    body,
  };
};
