import type { Entry, Refusal, RequestPart } from "../ledger/entry/entry.ts";
import type { Log } from "../log.ts";
import { toEvent, type OutcomeEvent } from "../message/event.ts";
import { keyOfMessage, toPoison, type PoisonKey, type PoisonMessage } from "../message/poisonMessage.ts";
import type { Delivery } from "../outcome/delivery.ts";
import type { Patiently } from "../wait/patiently.ts";

export interface SettleDeps {
  readonly patiently: Patiently;
  /** Each throws when the broker did not say that it has the message. */
  readonly sendPoison: (message: PoisonMessage) => Promise<void>;
  readonly sendOutcome: (event: OutcomeEvent) => Promise<void>;
}

/** Tells of ends that the ledger has. Each throws when that cannot be told: give the message back. */
export interface Settle {
  /** Tells how a request ended: a refusal is captured as a poison message, every end is published. */
  readonly told: (entry: Entry, delivery: Delivery, log: Log) => Promise<void>;
  /** Publishes how a request ended. */
  readonly published: (entry: Entry, log: Log) => Promise<void>;
  /** Captures a message that is no request of its own as a poison message. */
  readonly captured: (refusal: Refusal, delivery: Delivery, log: Log) => Promise<void>;
  /** Captures an outcome that its ticket could not be told of. */
  readonly capturedCallback: (
    refusal: Refusal,
    delivery: Delivery,
    key: PoisonKey | undefined,
    log: Log,
  ) => Promise<void>;
}

const logRefused = (refusal: Refusal, request: RequestPart | undefined, log: Log): void => {
  const { category, owner, status, code, attempts, partnerCenter, remedy } = refusal;
  log("update.refused", {
    requestId: request?.body.requestId,
    customerId: request?.body.customerId,
    category,
    owner,
    status,
    code,
    attempts,
    msRequestId: partnerCenter?.msRequestId,
    remedy,
  });
};

const logEnd = (request: RequestPart, log: Log): void => {
  const { end, body, status: now, parked } = request;
  const { requestId, customerId } = body;
  if (now === "parked" && parked !== undefined) {
    log("update.parked", { requestId, customerId, skuIds: parked.skuIds.join(" "), until: parked.until });
    return;
  }
  switch (end?.outcome) {
    case "applied": {
      const { status, alreadySo, warnings, attempts, partnerCenter } = end;
      const msRequestId = partnerCenter?.msRequestId;
      log("update.applied", {
        requestId,
        customerId,
        status,
        alreadySo,
        warnings: warnings.length,
        attempts,
        msRequestId,
      });
      return;
    }
    case "refused":
      logRefused(end, request, log);
      return;
    case "discarded":
      log("update.discarded", { requestId, customerId, by: end.by });
      return;
    case undefined:
      return;
    default:
      end satisfies never;
  }
};

/** Told again after a crash, every message has the id that it had before. */
export const makeSettle = ({ patiently, sendPoison, sendOutcome }: SettleDeps): Settle => {
  const sendToPoison = (message: PoisonMessage, log: Log): Promise<void> =>
    patiently("license-updates-poison", () => sendPoison(message), log);

  const published = async ({ request }: Entry, log: Log): Promise<void> => {
    // Seats that went to others in between are no news to the ticket
    if (request?.status === "parked" && (request.parked?.times ?? 0) > 1) return;
    const event = request === undefined ? undefined : toEvent(request);
    if (request === undefined || event === undefined) return;
    await patiently("license-outcomes", () => sendOutcome(event), log);
    logEnd(request, log);
  };

  return {
    published,
    async told(entry, delivery, log) {
      const { request, id } = entry;
      if (request?.status !== "parked" && request?.end?.outcome === "refused") {
        const { body, run, end } = request;
        await sendToPoison(toPoison(end, delivery, { id, run }, body), log);
      }
      await published(entry, log);
    },
    async captured(refusal, delivery, log) {
      await sendToPoison(toPoison(refusal, delivery, keyOfMessage(delivery)), log);
      logRefused(refusal, undefined, log);
    },
    capturedCallback: (refusal, delivery, key, log) =>
      sendToPoison(toPoison(refusal, delivery, key ?? keyOfMessage(delivery), undefined, "callback"), log),
  };
};
