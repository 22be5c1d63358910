import { z } from "zod";

/** Something that must not be, the first time that it was seen. */
export const Finding = z.object({
  kind: z.enum(["5xx", "threw", "slow", "no answer", "not kept", "kept twice", "memory", "stuck", "died"]),
  /** The function, or what it is about. */
  where: z.string(),
  detail: z.string(),
  /** The number of the case; undefined when it is about all of them. */
  at: z.number().optional(),
  /** What was fired, shortened. */
  input: z.string().optional(),
  stack: z.string().optional(),
  /** How often it was seen. */
  count: z.number(),
});
export type Finding = z.infer<typeof Finding>;

/** What the process with the functions tells: how far it is, and in the end what it has seen. */
export const Report = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("progress"),
    done: z.number(),
    /** Every case before this one has ended. */
    first: z.number(),
    heapMiB: z.number(),
    findings: z.number(),
  }),
  /** All cases were fired; messages may still be under way. */
  z.object({ kind: z.literal("fired") }),
  z.object({
    kind: z.literal("end"),
    lines: z.array(z.string()),
    findings: z.array(Finding),
  }),
]);
export type Report = z.infer<typeof Report>;

/** What the process with the functions is told: whether all messages have come to their end. */
export const Word = z.object({ kind: z.literal("drained"), left: z.string() });
export type Word = z.infer<typeof Word>;
