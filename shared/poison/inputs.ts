import { z } from "zod";

import { guid } from "../request/guid.ts";
import { atLeast, atMost } from "../request/length.ts";

const IDS_MAX = 1000;

const whole = [(text: string) => text.isWellFormed(), "must not contain a lone UTF-16 surrogate"] as const;

const name = (what: string) =>
  z
    .string(`must be ${what}`)
    .trim()
    .check(atLeast(1, "must not be empty"), atMost(200, "must have at most 200 characters"))
    .regex(/^[^\p{Cc}]*$/u, "must not contain control characters")
    .refine(...whole);

/** A cause, by its category. */
export const category = z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be a category such as "no-seats"');
export const customerId = guid(
  'must be the tenant id of the customer, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965"',
);
const poisonId = z
  .string()
  .regex(/^~?[A-Za-z0-9._:-]{1,100}$/, "must be the id of a poison message, as GET /api/poison lists it");
/** Text for people, of some lines. */
export const words = z
  .string("must be text")
  .check(atMost(1000, "must have at most 1000 characters"))
  .refine(...whole);
const why = words.exactOptional().describe("Why, for the record");
/** Who asks. */
export const by = name("the name of who asks")
  .exactOptional()
  .describe("Who asks; required unless Easy Auth tells it");
const codeRule = "must be an error code of Partner Center, a number";
// A larger one is no number in a filter of the table service
export const code = z.int(codeRule).min(0, codeRule).max(999_999_999, codeRule);

const selection = {
  ids: z
    .array(poisonId)
    .check(
      atLeast(1, "must have at least 1 entry, or be left out"),
      atMost(IDS_MAX, `must have at most ${IDS_MAX} entries; select by category and customerId instead`),
    )
    .exactOptional(),
  category: category.exactOptional(),
  code: code.exactOptional(),
  customerId: customerId.exactOptional(),
};

// Runs also when it is no object at all
const isSelective = (input: unknown): boolean =>
  typeof input !== "object" ||
  input === null ||
  Object.entries(input).some(([key, value]) => Object.hasOwn(selection, key) && value !== undefined);
const selectiveRule = {
  error: "must have ids, category, code or customerId, so that nothing is chosen by mistake",
  when: () => true,
};

/** Body of POST /api/poison/replay. */
export const ReplayInput = z
  .strictObject({
    ...selection,
    by,
    why,
    canary: z
      .boolean("must be true or false")
      .default(true)
      .describe("One first; the rest when that one is applied"),
    force: z
      .boolean("must be true or false")
      .default(false)
      .describe("Also when a newer request for the same user and SKU was applied since"),
    ratePerSecond: z
      .number("must be a number")
      .min(0.1, "must be at least 0.1")
      .max(1000, "must be at most 1000")
      .exactOptional()
      .describe("Messages per second at most"),
  })
  .refine(isSelective, selectiveRule);
export type ReplayInput = z.infer<typeof ReplayInput>;

/** Body of POST /api/poison/discard and of POST /api/poison/restore. */
export const ArchiveInput = z.strictObject({ ...selection, by, why }).refine(isSelective, selectiveRule);
export type ArchiveInput = z.infer<typeof ArchiveInput>;
