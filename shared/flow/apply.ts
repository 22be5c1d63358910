import type { Log } from "../log.ts";
import { invalidMessage } from "../outcome/brokerCauses.ts";
import type { Delivery } from "../outcome/delivery.ts";
import type { NotNow, Refused } from "../outcome/outcome.ts";
import { parseRequestBytes, type Problem } from "../request/parse.ts";
import type { RequestId } from "../request/schema.ts";
import type { Settle } from "./settle.ts";
import type { Update, UpdateContext } from "./update.ts";

/** Thrown to give a message back to the head of its lane: nothing else makes the host do so. */
export class GivenBack extends Error {
  override readonly name = "GivenBack";
  constructor(requestId: RequestId, { category, why }: NotNow) {
    super(`Cannot finish request "${requestId}" now: ${category}, ${why}; the message goes back to its lane`);
  }
}

export interface ApplyDeps {
  readonly update: Update;
  readonly settle: Settle;
}

const PROBLEMS_SHOWN = 5;

const toRefusal = (problems: readonly Problem[]): Refused => ({
  kind: "refused",
  cause: invalidMessage,
  description: problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ pointer, detail }) => `${pointer === "" ? "the body" : pointer} ${detail}`)
    .join("; "),
  attempts: 0,
});

const toContext = ({ messageId, deliveryCount }: Delivery): UpdateContext => ({
  redelivered: deliveryCount > 1,
  ...(messageId === undefined ? {} : { messageId }),
});

export type Apply = (delivery: Delivery, log: Log) => Promise<void>;

/**
 * The way of one queue message to its end.
 * @throws {GivenBack} when the hold budget is used up, and whatever kept the end from being told
 */
export const makeApply =
  ({ update, settle }: ApplyDeps): Apply =>
  async (delivery, log) => {
    const parsed = parseRequestBytes(delivery.body);
    if (!parsed.ok) return settle.refused(toRefusal(parsed.problems), { delivery }, log);
    const { request } = parsed;
    const outcome = await update(request, toContext(delivery), log);
    switch (outcome.kind) {
      case "applied":
        return settle.applied(outcome, request, delivery, log);
      case "refused":
        return settle.refused(outcome, { delivery, request }, log);
      case "notNow": {
        const { requestId } = request;
        const { category, why } = outcome;
        log("update.givenBack", { requestId, category, why, deliveryCount: delivery.deliveryCount });
        throw new GivenBack(requestId, outcome);
      }
      default:
        return outcome satisfies never;
    }
  };
