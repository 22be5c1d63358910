import { z } from "zod";

const count = z.int().positive();
const milliseconds = z.number().nonnegative();

const answer = {
  status: z.int().min(200).max(599),
  /** Without a body: an error of the services with this code in its documented words. */
  code: z.int().exactOptional(),
  reason: z.string().exactOptional(),
  headers: z.record(z.string().toLowerCase(), z.string()).exactOptional(),
  /** A text is sent as it is, anything else as JSON; without it and without a code there is no body. */
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).exactOptional(),
};

const FaultAction = z.discriminatedUnion("kind", [
  /** Nothing is processed. */
  z.strictObject({ kind: z.literal("answer"), ...answer }),
  /** Processed, and answered with something else all the same, such as a proxy's page. */
  z.strictObject({ kind: z.literal("applyThenAnswer"), ...answer }),
  /** The connection is reset; nothing is processed. */
  z.strictObject({ kind: z.literal("reset") }),
  /** Nothing is processed, and no answer ever comes. */
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({ kind: z.literal("applyThenReset") }),
  z.strictObject({ kind: z.literal("applyThenHang") }),
  /** Processed, answered with half of the body, then the connection is closed. */
  z.strictObject({ kind: z.literal("truncate") }),
  /** Processed; the body comes in drops. */
  z.strictObject({ kind: z.literal("slowBody"), everyMs: milliseconds, chunkBytes: count.default(1) }),
  /** Processed; blanks make the body this long. */
  z.strictObject({ kind: z.literal("hugeBody"), bytes: count }),
  /** Processed so much later. */
  z.strictObject({ kind: z.literal("delay"), ms: milliseconds }),
]);
export type FaultAction = z.output<typeof FaultAction>;

const id = z.string().toLowerCase().optional();

/** Trouble for the calls that match; a field that is left out matches all. */
export const FaultRule = z.strictObject({
  match: z
    .strictObject({
      customerId: id,
      /** As it is in the path: object id or user principal name. */
      userId: id,
      method: z.string().toUpperCase().optional(),
      path: z.enum(["customers", "licenseupdates", "licenses", "subscribedskus", "users", "user"]).optional(),
      /** Among those that a license update assigns or removes. */
      skuId: id,
    })
    .default({}),
  times: z.union([z.int().positive(), z.literal("always")]).default(1),
  action: FaultAction,
});
export type FaultRule = z.input<typeof FaultRule>;

/** What a rule can match on. Ids are in lower case. */
export interface FaultTarget {
  readonly customerId?: string | undefined;
  readonly userId?: string | undefined;
  readonly method: string;
  readonly path?: string | undefined;
  readonly skuIds: readonly string[];
}

export interface FaultList {
  /** @throws {z.ZodError} for a rule that is none */
  add(rule: FaultRule): void;
  clear(): void;
  /** The action of the first rule that matches and has times left; it then has one less. */
  take(target: FaultTarget): FaultAction | undefined;
}

type Match = z.output<typeof FaultRule>["match"];

const matches = ({ skuId, ...fields }: Match, target: FaultTarget): boolean => {
  const actual: Readonly<Record<string, unknown>> = { ...target };
  return (
    (skuId === undefined || target.skuIds.includes(skuId)) &&
    Object.entries(fields).every(([name, wanted]) => wanted === undefined || actual[name] === wanted)
  );
};

export const createFaultList = (): FaultList => {
  let rules: { match: Match; left: number; action: FaultAction }[] = [];
  return {
    add: (rule) => {
      const { match, times, action } = FaultRule.parse(rule);
      rules.push({ match, left: times === "always" ? Infinity : times, action });
    },
    clear: () => {
      rules = [];
    },
    take: (target) => {
      const rule = rules.find(({ match }) => matches(match, target));
      if (rule === undefined) return undefined;
      rule.left -= 1;
      if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
      return rule.action;
    },
  };
};
