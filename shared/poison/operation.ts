import { z } from "zod";

const At = z.iso.datetime().describe("ISO 8601, UTC");

export const OperationKind = z.enum(["replay", "discard", "restore"]);
export type OperationKind = z.infer<typeof OperationKind>;

/**
 * `freezing` notes which messages it is about, `canary` tries one, `running` does the rest, `cancelling` waits for what
 * is under way; the others are ends: `done`, `cancelled`, and `stopped` when the canary was refused.
 */
const OperationState = z.enum([
  "freezing",
  "canary",
  "running",
  "cancelling",
  "done",
  "cancelled",
  "stopped",
]);
export type OperationState = z.infer<typeof OperationState>;

/** Which poison messages: by their ids, or by cause and customer. All fields that are given must fit. */
export const Selection = z
  .object({
    ids: z.array(z.string()).readonly().exactOptional(),
    category: z.string().exactOptional(),
    code: z.int().exactOptional(),
    customerId: z.string().exactOptional(),
  })
  .readonly();
export type Selection = z.infer<typeof Selection>;

/** What an operator asked to be done with a set of poison messages. */
export const Operation = z
  .object({
    version: z.literal(1),
    id: z.string(),
    kind: OperationKind,
    state: OperationState,
    selection: Selection,
    by: z.string(),
    why: z.string().exactOptional(),
    /** Replay only: one first, the rest when that one is applied. */
    canary: z.boolean(),
    /** Replay only: also when a newer request for the same user and SKU was applied. */
    force: z.boolean(),
    /** Replay only: messages per second at most. */
    ratePerSecond: z.number().exactOptional(),
    createdAt: At,
    updatedAt: At,
    endedAt: At.exactOptional(),
    /** Why it stopped. */
    reason: z.string().exactOptional(),
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    skipped: z.int(),
    /** Messages of this operation to itself so far: each has an id of its own. */
    ticks: z.int(),
  })
  .readonly();
export type Operation = z.infer<typeof Operation>;

/** `todo` is not begun, `sent` was taken by the broker; the others are results. */
export const ItemState = z.enum(["todo", "sent", "done", "failed", "skipped"]);
export type ItemState = z.infer<typeof ItemState>;

/** One poison message of an operation. */
export const Item = z
  .object({
    /** Orders the items: by the time the request was accepted. */
    key: z.string(),
    poisonId: z.string(),
    /** Items of one lane are sent in order, one after the other. */
    lane: z.string(),
    state: ItemState,
    run: z.int().exactOptional(),
    why: z.string().exactOptional(),
  })
  .readonly();
export type Item = z.infer<typeof Item>;
