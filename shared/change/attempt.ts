import type { Log } from "../log.ts";
import type { Answer, Answered, CallIds } from "../outcome/answer.ts";
import type { Cause } from "../outcome/causes.ts";
import { classify, type Verdict } from "../outcome/classify.ts";
import type { Applied, Parked, Refused, Superseded } from "../outcome/outcome.ts";
import { requestCauses } from "../outcome/requestCauses.ts";
import type { PartnerCenterClient, Reader } from "../partner-center/client.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { PartnerToken } from "../token/partnerToken.ts";
import type { TokenGate } from "../token/tokenGate.ts";
import type { TokenSource } from "../token/tokenSource.ts";
import { startLocate, type Locate } from "./locate.ts";
import type { Prepare, Prepared, Unfit } from "./prepare.ts";

export interface AttemptDeps {
  readonly partnerCenter: Pick<PartnerCenterClient, "updateLicenses" | "user" | "setUsageLocation">;
  readonly prepare: Prepare;
  readonly tokens: TokenSource;
  readonly gate: TokenGate;
}

/** What is known about the message beside the request. */
export interface AttemptContext {
  readonly messageId?: string;
  /** The change may have been applied before: the user's licenses are read before the first call. */
  readonly readBackFirst: boolean;
  /** The id of a request for one of these SKUs that came later and has been applied: then nothing is called. */
  readonly newerThan?: (skuIds: readonly string[]) => Promise<string | undefined>;
  /** Until when the request waits for seats (ISO 8601); undefined when it does not. */
  readonly seatsUntil?: string;
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

type Held = { readonly kind: "hold"; readonly retryAfterMs: number } & Omit<HeldStep, "attempts">;

/** One step of an update: its end, or a reason to try again. */
export type Step = Applied | Refused | Superseded | Parked | { readonly kind: "again" } | Held;

/**
 * Right after a usage location was set, a license may still be refused for want of one. Not documented; seen at
 * Microsoft Graph, which Partner Center calls: https://learn.microsoft.com/answers/questions/5984903
 */
const LATE_NEWS_MAX = 5;
const LATE_NEWS_MS = 2000;

const toHeld = (
  { category, why }: Pick<HeldStep, "category" | "why">,
  answer: Answer,
): Omit<HeldStep, "attempts"> => ({
  category,
  why,
  ids: answer.ids,
  ...(answer.kind === "answered" ? present({ status: answer.status, code: answer.code }) : {}),
});

/** So many successes without evidence in one delivery; the next one ends it, for waiting does not make them clear. */
const UNCLEAR_MAX = 2;

type Unclear = Extract<Verdict, { kind: "unclear" }>;

/** The tries of one delivery. */
export interface Attempt {
  readonly attempts: number;
  next(): Promise<Step>;
}

type Ready = Extract<Prepared, { kind: "ready" }>;

/** Whether an answer may only mean that the user has no usage location, or that news of it is late. */
const isAboutLocation = ({ category }: Cause): boolean =>
  category === "invalid-request" || category === "rejected";

/**
 * Whether an answer may only mean that it is so already. How Partner Center refuses what is so is not documented;
 * harmless either way: the licenses are read back before such a refusal counts.
 */
const isAboutState = (cause: Cause): boolean => isAboutLocation(cause) || cause.category === "conflict";

/** The tries of one delivery, with what they have shown so far. */
export const makeAttempt = (
  { partnerCenter, prepare, tokens, gate }: AttemptDeps,
  request: LicenseRequest,
  { messageId, readBackFirst, newerThan, seatsUntil }: AttemptContext,
  log: Log,
): Attempt => {
  const { requestId, customerId, usageLocation } = request;
  let attempts = 0;
  let answers = 0;
  let ready: Ready | undefined;
  let locate: Locate | undefined;
  let lateNews = 0;
  let unclears = 0;
  let lastUnclear: Unclear | undefined;
  // The change may have been applied without our knowing: before the next call, and before giving up
  let isUnsure = readBackFirst;
  let wasUnsure = readBackFirst;
  let hasReread = false;

  const readerOf = (token: PartnerToken): Reader => ({ token: token.value, requestId });

  const readTokenAgain = (): Step => {
    hasReread = true;
    return { kind: "again" };
  };

  const giveUp = ({ cause, description, status, code }: Unfit): Refused => ({
    kind: "refused",
    cause,
    description,
    attempts,
    ...present({ skuIds: ready?.skuIds, status, code }),
  });

  /** What follows from reads that did not find what they were for. */
  const follow = async (
    found: Exclude<Prepared, { kind: "ready" | "fulfilled" }>,
    token: PartnerToken,
  ): Promise<Step> => {
    switch (found.kind) {
      case "notNow":
        return { kind: "hold", category: "read-back", why: found.why, retryAfterMs: found.retryAfterMs };
      case "badToken":
        tokens.reject(token);
        if (!hasReread) return readTokenAgain();
        await gate.refused(token, found.unfit.cause, log);
        return giveUp(found.unfit);
      case "refused":
        if (found.cause.kind === "token") {
          tokens.reject(token);
          await gate.refused(token, found.cause, log);
        }
        return giveUp(found);
      default:
        return found satisfies never;
    }
  };

  const look = async (token: PartnerToken): Promise<Step | undefined> => {
    const isReadBack = isUnsure;
    const found = await prepare(request, readerOf(token), isReadBack);
    const isUnread = found.kind === "ready" && found.unread !== undefined;
    if (isReadBack) log("update.readBack", { requestId, result: isUnread ? "unread" : found.kind });
    if (found.kind === "fulfilled") {
      return { kind: "applied", alreadySo: true, warnings: [], skuIds: found.skuIds, attempts };
    }
    if (found.kind !== "ready") return follow(found, token);
    ready = found;
    isUnsure = false;
    return undefined;
  };

  /**
   * The end of a request that was called and read back in vain as often as that makes sense.
   * @param unread why the last read could not tell whether the change was made
   */
  const refuseUnclear = ({ answer, cause, why }: Unclear, unread: string | undefined): Refused => {
    const { status, code, ids } = answer;
    const about = present({ skuIds: ready?.skuIds, code });
    // First what we know: what came is somebody else's words
    const description =
      unread === undefined ? why : `Whether the change was made could not be determined (${unread}). ${why}`;
    return { kind: "refused", cause, status, description, attempts, ids, ...about };
  };

  /** Sees to it that the user has a usage location, when the request has one. */
  const findPlace = async (token: PartnerToken, { wish, userId }: Ready): Promise<Step | undefined> => {
    if (usageLocation === undefined || wish.assign.length === 0) return undefined;
    locate ??= startLocate(partnerCenter, { customerId, userId }, usageLocation);
    const located = await locate.next(readerOf(token));
    switch (located.kind) {
      case "located":
        return undefined;
      case "notYet":
        return {
          kind: "hold",
          category: "usage-location",
          why: "the new usage location is not seen yet",
          retryAfterMs: 0,
        };
      case "notNow":
      case "badToken":
      case "refused":
        return follow(located, token);
      default:
        return located satisfies never;
    }
  };

  /** A refusal that names no reason of its own: is it the usage location? */
  const explain = async (token: PartnerToken, { wish, userId }: Ready, cause: Cause): Promise<Cause> => {
    if (!isAboutLocation(cause) || wish.assign.length === 0) return cause;
    const found = await partnerCenter.user({ customerId, userId }, readerOf(token));
    const isMissing = found.kind === "found" && found.value.usageLocation === undefined;
    return isMissing ? requestCauses["usage-location-missing"] : cause;
  };

  const isLateNews = ({ status }: Answered, cause: Cause): boolean => {
    if (locate?.hasChanged !== true || status !== 400 || !isAboutLocation(cause)) return false;
    lateNews += 1;
    return lateNews <= LATE_NEWS_MAX;
  };

  const refuse = async (token: PartnerToken, plan: Ready, answer: Answered, cause: Cause): Promise<Step> => {
    if (cause.kind === "token") tokens.reject(token);
    if (answer.status === 401 && !hasReread) return readTokenAgain();
    if (cause.kind === "token") await gate.refused(token, cause, log);
    const { status, code, description, ids } = answer;
    const about = present({ status, ids, attempts, code });
    if (isLateNews(answer, cause))
      return {
        kind: "hold",
        category: "usage-location",
        why: `answered ${status} right after the usage location was set`,
        retryAfterMs: LATE_NEWS_MS,
        ...about,
      };
    if (wasUnsure || isAboutState(cause)) {
      isUnsure = true;
      const found = await look(token);
      // What cannot be read now is no reason to forget why it was refused
      if (found !== undefined && found.kind !== "refused") return found;
    }
    const { skuIds } = plan;
    const words = present({ description });
    if (cause.category === "no-seats" && seatsUntil !== undefined)
      return {
        kind: "parked",
        cause,
        skuIds: plan.wish.assign.map(({ skuId }) => skuId),
        until: seatsUntil,
        ...about,
        ...words,
      };
    return { kind: "refused", cause: await explain(token, plan, cause), skuIds, ...about, ...words };
  };

  const call = async (token: PartnerToken, plan: Ready): Promise<Step> => {
    const answer = await partnerCenter.updateLicenses({ customerId, userId: plan.userId }, plan.wish, {
      token: token.value,
      requestId,
      answers,
      ...present({ messageId }),
    });
    const isHeldBack = answer.kind === "noAnswer" && answer.retryAfterMs !== undefined;
    if (!isHeldBack) attempts += 1;
    if (answer.kind === "answered") answers += 1;
    const verdict = classify(answer);
    switch (verdict.kind) {
      case "applied": {
        gate.passed(token);
        const { status, warnings, ids } = verdict.answer;
        const { skuIds } = plan;
        return { kind: "applied", alreadySo: false, status, warnings, skuIds, attempts, ids };
      }
      case "refused":
        if (verdict.cause.kind !== "token") gate.passed(token);
        return refuse(token, plan, verdict.answer, verdict.cause);
      case "retry":
        isUnsure ||= verdict.unsure;
        wasUnsure ||= verdict.unsure;
        return { ...toHeld(verdict, answer), kind: "hold", retryAfterMs: verdict.retryAfterMs };
      case "unclear":
        isUnsure = true;
        wasUnsure = true;
        unclears += 1;
        lastUnclear = verdict;
        return {
          ...toHeld({ category: verdict.cause.category, why: verdict.why }, answer),
          kind: "hold",
          retryAfterMs: verdict.retryAfterMs,
        };
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
      const closed = await gate.closedFor(token);
      if (closed !== undefined) {
        // Its successor opens the gate: the vault is to be asked for it
        tokens.reject(token);
        return { kind: "hold", category: "token-gate", why: closed, retryAfterMs: 0 };
      }
      if (isUnsure || ready === undefined) {
        const found = await look(token);
        if (lastUnclear !== undefined && unclears >= UNCLEAR_MAX) {
          if (found === undefined) return refuseUnclear(lastUnclear, ready?.unread);
          if (found.kind === "refused") return refuseUnclear(lastUnclear, found.description);
        }
        if (found !== undefined) return found;
      }
      if (ready === undefined) throw new Error("A request that is to be called has been prepared");
      const newerRequestId = await newerThan?.(ready.skuIds);
      if (newerRequestId !== undefined) return { kind: "superseded", newerRequestId };
      return (await findPlace(token, ready)) ?? call(token, ready);
    },
  };
};
