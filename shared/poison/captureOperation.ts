import type { Clock } from "../clock.ts";
import type { Failure } from "../ledger/entry/poison.ts";
import type { DeadLetter } from "../message/deadLetter.ts";
import { fromOperation } from "../message/fromOperation.ts";
import { strayOperation } from "../message/strayOperation.ts";
import { present } from "../present.ts";
import type { UsualCapture } from "./dead-letters/captureLetter.ts";
import type { FilePoison } from "./file.ts";
import type { Operations } from "./store/operations.ts";

export interface CaptureOperationDeps {
  readonly clock: Clock;
  readonly operations: Pick<Operations, "read">;
  readonly file: FilePoison;
}

const toStray = (letter: DeadLetter, at: string): Failure => {
  const { messageId, sessionId, contentType, deliveryCount, bodyType, properties } = letter;
  const metadata = { messageId, sessionId, contentType, deliveryCount };
  const { original, ...stray } = strayOperation(letter.body, metadata, at);
  return {
    ...stray,
    original: {
      ...original,
      bodyType,
      properties,
      ...present({ brokerReason: letter.reason, brokerDescription: letter.description }),
    },
  };
};

/**
 * A dead letter of license-operations. One of an operation is no request, and holds nothing that the ledger has not:
 * it is let go, and `resume` wakes the operation when it needs that. Only what is none of ours is filed.
 */
export const makeCaptureOperation =
  ({ clock, operations, file }: CaptureOperationDeps): UsualCapture =>
  async (letter, log) => {
    const operationId = fromOperation(letter.body);
    const operation = operationId === undefined ? undefined : await operations.read(operationId);
    if (operation !== undefined) {
      const { id, state } = operation;
      log("operation.messageLost", { operationId: id, state, why: letter.reason });
      return;
    }
    await file(toStray(letter, new Date(clock.now()).toISOString()), log);
  };
