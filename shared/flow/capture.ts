import type { Log } from "../log.ts";
import { brokerCauseOf } from "../outcome/brokerCauses.ts";
import type { Delivery } from "../outcome/delivery.ts";
import type { Refused } from "../outcome/outcome.ts";
import { parseRequestBytes } from "../request/parse.ts";
import type { Settle } from "./settle.ts";

export type Capture = (delivery: Delivery, log: Log) => Promise<void>;

/**
 * A dead letter → a poison message in the shape of a refusal. No message is too bad for it; it throws only when
 * the poison queue stays out of reach for the whole hold budget, which gives the message back.
 */
export const makeCapture =
  (settle: Settle): Capture =>
  async (delivery, log) => {
    const { deadLetterReason, deadLetterDescription } = delivery;
    const parsed = parseRequestBytes(delivery.body);
    const refused: Refused = {
      kind: "refused",
      cause: brokerCauseOf(deadLetterReason),
      ...(deadLetterDescription === undefined ? {} : { description: deadLetterDescription }),
      attempts: 0,
    };
    log("poison.captured", {
      requestId: parsed.ok ? parsed.request.requestId : undefined,
      category: refused.cause.category,
      brokerReason: deadLetterReason,
    });
    await settle.refused(refused, { delivery, ...(parsed.ok ? { request: parsed.request } : {}) }, log);
  };
