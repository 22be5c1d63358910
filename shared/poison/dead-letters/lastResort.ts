import type { Failure } from "../../ledger/entry/poison.ts";
import type { DeadLetter } from "../../message/deadLetter.ts";
import { LICENSE_OUTCOMES, TICKET_CALLBACKS, TICKETS } from "../../message/entities.ts";
import { brokerCauseOf } from "../../outcome/brokerCauses.ts";
import { present } from "../../present.ts";
import { letterId } from "./letterId.ts";

const CALLBACKS: ReadonlySet<string> = new Set([TICKET_CALLBACKS, `${LICENSE_OUTCOMES}/${TICKETS}`]);

/**
 * A dead letter → what is filed when it cannot be captured in the usual way. Looks into nothing: no body is too bad
 * for it. Pure.
 * @param why it could not be captured in the usual way
 */
export const lastResort = (letter: DeadLetter, why: string, at: string): Failure => {
  const { queue, sequenceNumber, body, bodyType, reason, description, properties, deliveryCount } = letter;
  const { category, owner, meaning, remedy } = brokerCauseOf(reason);
  const said = [reason, description].filter((text) => text !== undefined && text !== "").join(": ");
  return {
    id: letterId(letter),
    kind: CALLBACKS.has(queue) ? "callback" : "update",
    run: 0,
    refusal: {
      at,
      category,
      owner,
      meaning,
      remedy,
      description: `${said === "" ? "" : `${said}; `}dead letter ${sequenceNumber} of ${queue}, not captured in the usual way: ${why}`,
      attempts: 0,
    },
    original: {
      deliveryCount,
      bodyType,
      properties,
      ...present({
        messageId: letter.messageId,
        sessionId: letter.sessionId,
        contentType: letter.contentType,
        brokerReason: reason,
        brokerDescription: description,
      }),
    },
    body,
  };
};
