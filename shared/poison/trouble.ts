import { LedgerError, type LedgerErrorCode } from "../ledger/table/errors.ts";
import { QueueError, type QueueErrorCode } from "../message/errors.ts";

const PASSING: ReadonlySet<QueueErrorCode | LedgerErrorCode> = new Set([
  "unreachable",
  "unsure",
  "busy",
  "full",
  "unauthorized",
  // An entity that an operator has disabled, too: no message is to blame for that
  "missing",
  "timeout",
  "conflict",
] as const);

/** Whether an outage is behind a failure, which is nobody's fault and passes, or the message itself. */
export const isPassing = (error: unknown): boolean =>
  (error instanceof QueueError || error instanceof LedgerError) && PASSING.has(error.code);

/** What went wrong, safe to log: the words of an error that is none of ours may quote the message. */
export const whyOf = (error: unknown): string => {
  if (error instanceof QueueError || error instanceof LedgerError) return error.message;
  return error instanceof Error ? error.name : "unknown";
};

/** The same in one word, for health. */
export const wordOf = (error: unknown): string => {
  if (error instanceof QueueError || error instanceof LedgerError) return error.code;
  return error instanceof Error ? error.name : "unknown";
};
