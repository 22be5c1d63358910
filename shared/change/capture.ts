import type { Clock } from "../clock.ts";
import { toRefusal } from "../ledger/entry/end.ts";
import type { Log } from "../log.ts";
import { brokerCauseOf } from "../outcome/brokerCauses.ts";
import type { Delivery } from "../outcome/delivery.ts";
import type { Refused } from "../outcome/outcome.ts";
import { present } from "../present.ts";
import { parseRequestBytes } from "../request/parse.ts";
import type { Recorder } from "./recorder.ts";
import type { Settle } from "./settle.ts";

export interface CaptureDeps {
  readonly clock: Clock;
  readonly record: Recorder;
  readonly settle: Settle;
}

export type Capture = (delivery: Delivery, log: Log) => Promise<void>;

/**
 * A dead letter → a poison message in the shape of a refusal; a request that had ended before is told of again.
 * It throws when the ledger or the poison queue is out of reach: the dead letter then waits in its queue.
 */
export const makeCapture =
  ({ clock, record, settle }: CaptureDeps): Capture =>
  async (delivery, log) => {
    const { deadLetterReason, deadLetterDescription } = delivery;
    const parsed = parseRequestBytes(delivery.body);
    const refused: Refused = {
      kind: "refused",
      cause: brokerCauseOf(deadLetterReason),
      ...present({ description: deadLetterDescription }),
      attempts: 0,
    };
    log("poison.captured", {
      requestId: parsed.ok ? parsed.request.requestId : undefined,
      category: refused.cause.category,
      brokerReason: deadLetterReason,
    });
    const entry = parsed.ok ? await record.deadLetter(parsed.request, refused, log) : undefined;
    if (entry !== undefined) return settle.told(entry, delivery, log);
    const refusal = toRefusal(refused, new Date(clock.now()).toISOString());
    return settle.captured(refusal, delivery, log);
  };
