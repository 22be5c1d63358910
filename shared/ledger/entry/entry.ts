import { z } from "zod";

import { KeptRequest } from "../../request/schema.ts";

/** What a request is at; `waiting` says why and until when, `parked` waits for seats. */
export const Status = z.enum([
  "accepted",
  "applying",
  "waiting",
  "parked",
  "applied",
  "refused",
  "discarded",
]);
export type Status = z.infer<typeof Status>;

/** ISO 8601 in UTC with milliseconds: two of them compare as texts. */
const At = z.iso.datetime().describe("ISO 8601, UTC");

const Owner = z.enum(["customer", "partner admin", "operator", "Microsoft"]);

const CallIds = z.object({
  msRequestId: z.string(),
  correlationId: z.string(),
  msCv: z.string().exactOptional(),
  serverId: z.string().exactOptional(),
});

const LicenseWarning = z.object({
  code: z.string(),
  message: z.string(),
  servicePlans: z.array(z.string()).readonly(),
});

const answerFields = {
  status: z.int().exactOptional().describe("HTTP status of Partner Center"),
  partnerCenter: CallIds.exactOptional().describe("Request ids of Partner Center, for its support"),
};

const refusalFields = {
  category: z.string().describe("The cause, as docs/causes.md lists it"),
  owner: Owner.describe("Who can set it right"),
  meaning: z.string(),
  remedy: z.string().describe("What to do about it"),
  ...answerFields,
  code: z.int().exactOptional().describe("Error code of Partner Center"),
  description: z.string().exactOptional().describe("Partner Center's own words; for display only"),
  attempts: z.int().describe("Calls of licenseupdates"),
};

/** One refusal: why, whose it is, what to do. */
export const Refusal = z.object({ at: At, ...refusalFields }).readonly();
export type Refusal = z.infer<typeof Refusal>;

const AppliedEnd = z
  .object({
    outcome: z.literal("applied"),
    at: At,
    alreadySo: z.boolean().describe("True when the licenses were read back and showed it"),
    warnings: z.array(LicenseWarning).readonly(),
    ...answerFields,
    attempts: z.int().describe("Calls of licenseupdates"),
  })
  .readonly();

const RefusedEnd = z.object({ outcome: z.literal("refused"), at: At, ...refusalFields }).readonly();

const DiscardedEnd = z
  .object({ outcome: z.literal("discarded"), at: At, by: z.string(), why: z.string().exactOptional() })
  .readonly();

/** How a request ended. */
export const End = z.discriminatedUnion("outcome", [AppliedEnd, RefusedEnd, DiscardedEnd]);
export type End = z.infer<typeof End>;

const Waiting = z
  .object({ category: z.string(), why: z.string(), until: At.describe("When it is tried again") })
  .readonly();

/** A request that waits for seats, off its lane. */
export const Parked = z
  .object({
    since: At,
    until: At.describe("When it is refused"),
    skuIds: z.array(z.string()).readonly().describe("Each needs a seat"),
    /** How often there was no seat. */
    times: z.int(),
    /** It was put on its lane again; `sentAt` once the broker has taken it. */
    resume: z.object({ at: At, sentAt: At.exactOptional() }).readonly().exactOptional(),
  })
  .readonly();
export type Parked = z.infer<typeof Parked>;

/** A read some time after a success: whether the change is seen. */
export const Proof = z
  .object({
    dueAt: At.describe("When it is looked for"),
    at: At.exactOptional().describe("When it was looked for"),
    result: z
      .enum(["seen", "notYetVisible", "overtaken", "unknown"])
      .exactOptional()
      .describe(
        "seen: the licenses show it; notYetVisible: accepted, and they do not; overtaken: a newer request has changed it since; unknown: they could not be read",
      ),
  })
  .readonly();
export type Proof = z.infer<typeof Proof>;

/** A request's life so far. */
const RequestPart = z
  .object({
    body: KeptRequest,
    digest: z.string(),
    status: Status,
    acceptedAt: At,
    /** 0 for the first; every replay is one more. */
    run: z.int(),
    /** How many ends were told: the id of an outcome event is made of it. */
    ends: z.int(),
    waiting: Waiting.exactOptional(),
    parked: Parked.exactOptional(),
    /** Its SKUs by id, once names have been found. */
    skuIds: z.array(z.string()).readonly().exactOptional(),
    end: End.exactOptional(),
    proof: Proof.exactOptional(),
  })
  .readonly();
export type RequestPart = z.infer<typeof RequestPart>;

/** An operator's word that a poison message may run again; `sentAt` once the broker has taken it. */
const Replay = z
  .object({
    operationId: z.string(),
    run: z.int(),
    force: z.boolean(),
    by: z.string(),
    at: At,
    sentAt: At.exactOptional(),
  })
  .readonly();
export type Replay = z.infer<typeof Replay>;

/**
 * `open` waits for an operator, `replaying` was sent again, `discarded` is archived, `closed` needs nobody any more.
 */
export const PoisonState = z.enum(["open", "replaying", "discarded", "closed"]);
export type PoisonState = z.infer<typeof PoisonState>;

/** What the message was before it became a poison message. */
export const Original = z
  .object({
    messageId: z.string().exactOptional(),
    sessionId: z.string().exactOptional(),
    contentType: z.string().exactOptional(),
    deliveryCount: z.int(),
    brokerReason: z.string().exactOptional(),
    brokerDescription: z.string().exactOptional(),
    bodyType: z
      .string()
      .exactOptional()
      .describe("AMQP type of the body of a dead letter: data, value, sequence, none"),
    properties: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .readonly()
      .exactOptional()
      .describe("Application properties of a dead letter; long ones are cut"),
  })
  .readonly();

/** `update` was to change licenses; `callback` was to tell a ticket of an outcome. */
export const PoisonKind = z.enum(["update", "callback"]);
export type PoisonKind = z.infer<typeof PoisonKind>;

/** A poison message: the refusals it got, and what an operator has done with it. */
export const PoisonPart = z
  .object({
    kind: PoisonKind.default("update"),
    state: PoisonState,
    /** Its first refusal is never lost; equal to `latest` until it fails again. */
    first: Refusal,
    latest: Refusal,
    failures: z.int(),
    /** The run that failed last: a copy of an older message is not counted. */
    lastRun: z.int(),
    /** Replays so far, whatever became of them. */
    runs: z.int(),
    original: Original,
    replay: Replay.exactOptional(),
    /** What became of the latest replay that is over. */
    lastReplay: z
      .object({
        operationId: z.string(),
        run: z.int(),
        result: z.enum(["applied", "refused", "skipped"]),
      })
      .readonly()
      .exactOptional(),
    skipped: z
      .object({ at: At, newerRequestId: z.string(), operationId: z.string() })
      .readonly()
      .exactOptional(),
    discarded: z
      .object({ at: At, by: z.string(), operationId: z.string(), why: z.string().exactOptional() })
      .readonly()
      .exactOptional(),
    restored: z.object({ at: At, by: z.string(), operationId: z.string() }).readonly().exactOptional(),
  })
  .readonly();
export type PoisonPart = z.infer<typeof PoisonPart>;

/**
 * What the ledger holds under one id: a request with its life, a poison message, or both.
 * The id is the requestId; for a message that is no request, or not the first under its requestId, it begins with "~",
 * which no requestId can.
 */
export const Entry = z
  .object({
    version: z.literal(1),
    id: z.string(),
    createdAt: At,
    updatedAt: At,
    /** Steps of the history so far. */
    steps: z.int(),
    request: RequestPart.exactOptional(),
    poison: PoisonPart.exactOptional(),
  })
  .readonly();
export type Entry = z.infer<typeof Entry>;

/** One step of a history. */
export const Step = z
  .object({
    at: At,
    event: z
      .enum([...Status.options, "replayed", "resumed", "skipped", "restored", "notified", "proved"])
      .describe(
        "The new status; or: sent again by an operator, sent again because there are seats, skipped for a newer request, restored from the archive, the ticket has been told, looked for after the success",
      ),
    run: z.int().describe("0 for the first, then the number of the replay"),
    by: z.string().exactOptional().describe("Who asked, or which operator"),
    attempts: z.int().exactOptional().describe("Calls of licenseupdates so far in this run's delivery"),
    ...answerFields,
    code: z.int().exactOptional().describe("Error code of Partner Center"),
    category: z.string().exactOptional(),
    why: z.string().exactOptional(),
    until: At.exactOptional(),
    operationId: z.string().exactOptional(),
    alreadySo: z.boolean().exactOptional(),
  })
  .readonly();
export type Step = z.infer<typeof Step>;
