import { failed, type Answer } from "./answer.ts";

type FaultStatus = 403 | 404 | 429 | 500 | 503;

const codes: Readonly<Record<FaultStatus, readonly [code: string, message: string, innerCode?: string]>> = {
  403: [
    "Forbidden",
    "The user, group or application does not have secrets get permission.",
    "ForbiddenByRbac",
  ],
  404: ["SecretNotFound", "A secret with this name was not found in this key vault."],
  429: ["Throttled", "Request was not processed because too many requests were received."],
  500: ["InternalServerError", "The service has encountered an internal error."],
  503: ["ServiceUnavailable", "The service is temporarily unavailable."],
};

/** Trouble on demand. It befalls requests with a good token only. */
export interface Faults {
  /**
   * Answers the next `times` requests, or all, with this status; for one secret, or any; of one method, or any. The newest
   * wish counts.
   */
  answer(status: FaultStatus, times: number | "always", secretName?: string, method?: string): void;
  /** Every answer takes so long, until it is cleared. */
  delay(ms: number): void;
  clear(): void;
}

export interface FaultPlan extends Faults {
  /** The answer that trouble has in store for this request, which is then used up. */
  take(secretName: string, method: string): Answer | undefined;
  delayMs(): number;
}

export const createFaultPlan = (): FaultPlan => {
  let planned: {
    status: FaultStatus;
    left: number;
    secretName: string | undefined;
    method: string | undefined;
  }[] = [];
  let delay = 0;
  return {
    delay: (ms) => {
      delay = ms;
    },
    delayMs: () => delay,
    answer: (status, times, secretName, method) => {
      planned.unshift({
        status,
        left: times === "always" ? Infinity : times,
        secretName: secretName?.toLowerCase(),
        method,
      });
    },
    clear: () => {
      planned = [];
      delay = 0;
    },
    take: (secretName, method) => {
      const fault = planned.find(
        (one) =>
          one.left > 0 &&
          (one.secretName === undefined || one.secretName === secretName.toLowerCase()) &&
          (one.method === undefined || one.method === method),
      );
      if (fault === undefined) return undefined;
      fault.left -= 1;
      return failed(fault.status, ...codes[fault.status]);
    },
  };
};
