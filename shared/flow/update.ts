import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Answer, Answered, CallIds } from "../outcome/answer.ts";
import type { Cause } from "../outcome/causes.ts";
import { classify, type Verdict } from "../outcome/classify.ts";
import type { Applied, Outcome, Refused, Superseded } from "../outcome/outcome.ts";
import type { PartnerCenter } from "../partner-center/partnerCenter.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { PartnerToken } from "../vault/partnerToken.ts";
import type { TokenSource } from "../vault/tokenSource.ts";
import { startHold, type HoldSettings } from "./hold.ts";
import { readBack } from "./readBack.ts";

export interface UpdateDeps extends HoldSettings {
  readonly partnerCenter: PartnerCenter;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}

/** What is known about the message beside the request. */
export interface UpdateContext {
  readonly messageId?: string;
  /** The change may have been applied before: the user's licenses are read before the first call. */
  readonly readBackFirst: boolean;
  /** A request that came later and has been applied: unless the wish is true already, nothing is called. */
  readonly newerRequestId?: string;
  /** Told of every wait before it begins. */
  readonly onWait: (wait: HeldStep, waitMs: number) => Promise<void>;
}

/** Why an update waits. */
export interface HeldStep {
  readonly category: string;
  readonly why: string;
  readonly attempts: number;
  readonly status?: number;
  readonly code?: number;
  readonly ids?: CallIds;
}

/** One step of an update: its end, or a reason to try again. */
type Step =
  | Applied
  | Refused
  | Superseded
  | { readonly kind: "again" }
  | ({ readonly kind: "hold"; readonly retryAfterMs: number } & Omit<HeldStep, "attempts">);

const toHeld = (
  { category, why }: Extract<Verdict, { kind: "retry" }>,
  answer: Answer,
): Omit<HeldStep, "attempts"> => ({
  category,
  why,
  ids: answer.ids,
  ...(answer.kind === "answered" ? { status: answer.status } : {}),
  ...(answer.kind === "answered" && answer.code !== undefined ? { code: answer.code } : {}),
});

/** Applies one request, waiting out what passes within the hold budget. Throws only on a defect. */
export type Update = (request: LicenseRequest, context: UpdateContext, log: Log) => Promise<Outcome>;

export const makeUpdate =
  (deps: UpdateDeps): Update =>
  async (request, context, log) => {
    const hold = startHold(deps.clock, deps);
    const attempt = makeAttempt(deps, request, context, log);
    for (;;) {
      const step = await attempt.next();
      if (step.kind === "again") continue;
      if (step.kind !== "hold") return step;
      const { kind: _hold, retryAfterMs, ...held } = step;
      const { category, why } = held;
      const { attempts } = attempt;
      const { requestId } = request;
      const hasTime = await hold(retryAfterMs, async (waitMs) => {
        log("update.held", { requestId, category, why, waitMs, attempts });
        await context.onWait({ ...held, attempts }, waitMs);
      });
      if (!hasTime) return { kind: "notNow", category, why, attempts };
    }
  };

interface Attempt {
  readonly attempts: number;
  next(): Promise<Step>;
}

/** The tries of one delivery, with what they have shown so far. */
const makeAttempt = (
  { partnerCenter, tokens }: UpdateDeps,
  request: LicenseRequest,
  { messageId, readBackFirst, newerRequestId }: UpdateContext,
  log: Log,
): Attempt => {
  const { requestId } = request;
  let attempts = 0;
  let answers = 0;
  // The change may have been applied without our knowing: before the next call, and before giving up
  let isUnsure = readBackFirst;
  let wasUnsure = readBackFirst;
  let hasReread = false;

  const alreadySo = (): Applied => ({ kind: "applied", alreadySo: true, warnings: [], attempts });

  const readTokenAgain = (): Step => {
    hasReread = true;
    return { kind: "again" };
  };

  const lookBack = async (token: PartnerToken): Promise<Step | undefined> => {
    const found = await readBack(partnerCenter, request, token.value);
    log("update.readBack", {
      requestId,
      result: "why" in found ? `${found.kind}: ${found.why}` : found.kind,
    });
    switch (found.kind) {
      case "fulfilled":
        return alreadySo();
      case "badToken":
        tokens.reject(token);
        if (!hasReread) return readTokenAgain();
        // No other token is to be had: the call itself is to say what is wrong with this one
        isUnsure = false;
        return undefined;
      case "notNow":
        return { kind: "hold", category: "read-back", why: found.why, retryAfterMs: found.retryAfterMs };
      case "open":
      case "untold":
        isUnsure = false;
        return undefined;
      default:
        return found satisfies never;
    }
  };

  const refuse = async (token: PartnerToken, answer: Answered, cause: Cause): Promise<Step> => {
    if (cause.kind === "token") tokens.reject(token);
    if (answer.status === 401 && !hasReread) return readTokenAgain();
    if (wasUnsure) {
      const found = await lookBack(token);
      if (found !== undefined) return found;
    }
    const { status, code, description, ids } = answer;
    return {
      kind: "refused",
      cause,
      status,
      ...(code === undefined ? {} : { code }),
      ...(description === undefined ? {} : { description }),
      attempts,
      ids,
    };
  };

  const call = async (token: PartnerToken): Promise<Step> => {
    const answer = await partnerCenter.updateLicenses(request, {
      token: token.value,
      answers,
      ...(messageId === undefined ? {} : { messageId }),
    });
    attempts += 1;
    if (answer.kind === "answered") answers += 1;
    const verdict = classify(answer);
    switch (verdict.kind) {
      case "applied": {
        const { status, warnings, ids } = verdict.answer;
        return { kind: "applied", alreadySo: false, status, warnings, attempts, ids };
      }
      case "refused":
        return refuse(token, verdict.answer, verdict.cause);
      case "retry":
        isUnsure ||= verdict.unsure;
        wasUnsure ||= verdict.unsure;
        return { ...toHeld(verdict, answer), kind: "hold", retryAfterMs: verdict.retryAfterMs };
      default:
        return verdict satisfies never;
    }
  };

  return {
    get attempts() {
      return attempts;
    },
    async next() {
      const current = await tokens.current(log);
      if (current.kind === "none") {
        return { kind: "hold", category: `token-${current.code}`, why: current.why, retryAfterMs: 0 };
      }
      const { token } = current;
      const found = isUnsure ? await lookBack(token) : undefined;
      if (found !== undefined) return found;
      return newerRequestId === undefined ? call(token) : { kind: "superseded", newerRequestId };
    },
  };
};
