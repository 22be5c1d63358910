import { describeError, type Log } from "./hostLog.ts";

/** Tells of trouble with a source of messages once, not at every attempt, and when it is over. */
export interface Outage {
  failed(error: unknown): void;
  worked(): void;
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};

export const createOutage = (path: string, functionName: string, log: Log): Outage => {
  const told = new Set<string>();
  return {
    failed: (error) => {
      const code = codeOf(error);
      // The SDK follows the real reason up with a GeneralError: it has no link now
      if (told.has(code) || (code === "GeneralError" && told.size > 0)) return;
      told.add(code);
      log("warning", "system", `Cannot receive from "${path}": ${describeError(error)}; trying again`, {
        functionName,
      });
    },
    worked: () => {
      if (told.size === 0) return;
      told.clear();
      log("information", "system", `Receives from "${path}" again`, { functionName });
    },
  };
};

const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;

/** How long to wait before the next attempt, in milliseconds: twice as long each time, up to a bound. */
export const nextPauseMs = (failures: number): number =>
  Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
