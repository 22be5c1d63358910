import { z } from "zod";

const text = z.string();

/** A change that was really applied. */
export const Change = z.strictObject({
  /** From 1, without gaps. */
  sequence: z.int(),
  /** ISO 8601. */
  at: text,
  customerId: text,
  /** The object id, however the call named the user. */
  userId: text,
  /** The call's MS-RequestId. */
  requestId: text,
  correlationId: text,
  assigned: z.array(z.strictObject({ skuId: text, excludedPlans: z.array(text) })),
  removed: z.array(text),
});
export type Change = z.infer<typeof Change>;

/** A call that was received. */
export const Call = z.strictObject({
  /** ISO 8601, when the whole request was there. */
  at: text,
  method: text,
  /** As it came, with the query. */
  path: text,
  customerId: text.optional(),
  /** As it is in the path, decoded, in lower case. */
  userId: text.optional(),
  msRequestId: text.optional(),
  correlationId: text.optional(),
  /** What was sent, in whole or in part; "no-answer" as long as nothing was. */
  status: z.union([z.int(), z.literal("no-answer")]),
  code: z.int().optional(),
});
export type Call = z.infer<typeof Call>;

/** Calls to remember; the oldest are forgotten first. Changes are all kept: they are the proof. */
const CALLS_MAX = 20_000;

export interface Journal {
  changes(): readonly Change[];
  calls(): readonly Call[];
  addChange(change: Omit<Change, "sequence">): void;
  /** Notes a call; what it returns notes the answer once that is on its way. */
  addCall(call: Omit<Call, "status" | "code">): (status: number, code: number | undefined) => void;
  clear(): void;
}

const copyOf = (call: Call): Call => ({ ...call });

export const createJournal = (): Journal => {
  let changes: Change[] = [];
  let calls: Call[] = [];
  return {
    changes: () => [...changes],
    calls: () => calls.slice(-CALLS_MAX).map(copyOf),
    addChange: (change) => {
      changes.push({ sequence: changes.length + 1, ...change });
    },
    addCall: (call) => {
      const noted: Call = { ...call, status: "no-answer" };
      calls.push(noted);
      // Now and then, not with every call: moving them all each time would be slow
      if (calls.length >= 2 * CALLS_MAX) calls = calls.slice(-CALLS_MAX);
      return (status, code) => {
        noted.status = status;
        if (code !== undefined) noted.code = code;
      };
    },
    clear: () => {
      changes = [];
      calls = [];
    },
  };
};
