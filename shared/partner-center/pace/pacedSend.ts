import { retryAfterMs } from "../../wait/retryAfter.ts";
import type { Send } from "../transport.ts";
import type { Pace } from "./pace.ts";

/** A transport whose calls wait for their turn, and tell the pace what came of them. */
export const makePacedSend =
  (send: Send, pace: Pick<Pace, "turn" | "answered">, now: () => number): Send =>
  async (outgoing) => {
    const { customerId } = outgoing;
    const waitMs = await pace.turn(customerId);
    if (waitMs !== undefined)
      return { kind: "failure", sent: false, why: "held back for the throttle", retryAfterMs: waitMs };
    const raw = await send(outgoing);
    if (raw.kind === "failure") pace.answered(customerId, undefined, 0);
    else pace.answered(customerId, raw.status, retryAfterMs(raw.header("retry-after"), now()));
    return raw;
  };
