/** Why a message was not taken; `unsure` is a time-out: it may have been taken all the same. */
export type QueueErrorCode =
  "unreachable" | "unsure" | "full" | "tooLarge" | "missing" | "unauthorized" | "busy";

/** Thrown when the broker did not say that it has a message, or did not hand one over. Holds no message and no key. */
export class QueueError extends Error {
  override readonly name = "QueueError";
  readonly code: QueueErrorCode;
  constructor(code: QueueErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const byCode: ReadonlyMap<string, readonly [QueueErrorCode, string]> = new Map([
  ["ServiceTimeout", ["unsure", "the broker did not answer in time"]],
  ["OperationTimeoutError", ["unsure", "the broker did not answer in time"]],
  ["ServiceBusy", ["busy", "the broker is busy"]],
  ["QuotaExceeded", ["full", "the queue is full; see what holds up its receivers"]],
  ["MessageSizeExceeded", ["tooLarge", "the message is larger than the broker allows"]],
  [
    "MessagingEntityNotFound",
    ["missing", "there is no such entity; create it as servicebus.config.json says"],
  ],
  ["MessagingEntityDisabled", ["missing", "the entity is disabled; enable it"]],
  ["UnauthorizedAccess", ["unauthorized", "access is denied; grant Azure Service Bus Data Sender"]],
]);

const readCodes = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  const code: unknown = "code" in error ? error.code : undefined;
  return [...inner.flatMap(readCodes), ...(typeof code === "string" ? [code] : []), error.name];
};

/**
 * Whatever the SDK threw → what it means. After several tries that is a plain AggregateError:
 * https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/core/core-amqp/src/retry.ts
 */
export const toQueueError = (entity: string, error: unknown): QueueError => {
  const known = readCodes(error).findLast((code) => byCode.has(code));
  const [code, why] = byCode.get(known ?? "") ?? [
    "unreachable",
    "the broker cannot be reached; check ServiceBusConnection",
  ];
  return new QueueError(code, `Cannot send to ${entity}: ${why}`);
};

/** The same for dead letters that are to be received. */
export const toDeadLetterError = (queue: string, error: unknown): QueueError => {
  const { code, message } = toQueueError(queue, error);
  const why = message.slice(message.indexOf(": ") + 2).replace("Data Sender", "Data Receiver");
  // What is behind a broken link, such as a message that cannot be decoded, has no code of its own
  const name = error instanceof Error ? error.name : "unknown";
  return new QueueError(code, `Cannot read the dead letters of ${queue}: ${why} (${name})`);
};
