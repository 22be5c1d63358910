/** One line of the log of the functions or of the host itself. */
export interface LogEntry {
  /** trace, debug, information, warning, error, critical */
  readonly level: string;
  /** `user`: a function wrote it; `system`: the host or the library did. */
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly time: Date;
}

interface LogContext {
  readonly functionName?: string;
  readonly invocationId?: string;
}

/** Writes one line; the time is added. */
export type Log = (level: string, category: string, message: string, context?: LogContext) => void;

export const createLog =
  (onLog: (entry: LogEntry) => void): Log =>
  (level, category, message, context = {}) =>
    onLog({ level, category, message, ...context, time: new Date() });

/** An error as a line: what it is and what it says. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
