import { z } from "zod";

import { readDurationMs } from "./duration.ts";
import { systemFields, type Filter, type FilterField, type FilterValue } from "./filter/filter.ts";
import { parseSqlFilter } from "./filter/sqlFilter.ts";

/** The official emulator's file, and how it reads as entities of this broker. Its defaults are the emulator's. */

const duration = z.string().transform((text, context) => {
  const ms = readDurationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: "custom", message: `"${text}" is not a duration; write for example "PT1M"` });
  return z.NEVER;
});

const name = z.string().min(1).max(260);

const receiving = {
  LockDuration: duration.default(60_000),
  MaxDeliveryCount: z.int().min(1).max(2000).default(3),
  DefaultMessageTimeToLive: duration.default(3_600_000),
  DeadLetteringOnMessageExpiration: z.boolean().default(false),
  RequiresSession: z.boolean().default(false),
  // Files made from templates leave these empty
  ForwardTo: z.string().optional(),
  ForwardDeadLetteredMessagesTo: z.string().optional(),
};

const sending = {
  RequiresDuplicateDetection: z.boolean().default(false),
  DuplicateDetectionHistoryTimeWindow: duration.default(20_000),
};

const toReceiving = (properties: z.output<z.ZodObject<typeof receiving>>) => ({
  lockDurationMs: properties.LockDuration,
  maxDeliveryCount: properties.MaxDeliveryCount,
  defaultTtlMs: properties.DefaultMessageTimeToLive,
  deadLettersExpired: properties.DeadLetteringOnMessageExpiration,
  requiresSession: properties.RequiresSession,
  ...(properties.ForwardTo ? { forwardTo: properties.ForwardTo } : {}),
  ...(properties.ForwardDeadLetteredMessagesTo
    ? { forwardDeadLetteredTo: properties.ForwardDeadLetteredMessagesTo }
    : {}),
});

const toSending = (properties: z.output<z.ZodObject<typeof sending>>) => ({
  requiresDuplicateDetection: properties.RequiresDuplicateDetection,
  duplicateWindowMs: properties.DuplicateDetectionHistoryTimeWindow,
});

const Queue = z
  .strictObject({ Name: name, Properties: z.strictObject({ ...receiving, ...sending }).prefault({}) })
  .transform(({ Name, Properties }) => ({
    name: Name,
    ...toReceiving(Properties),
    ...toSending(Properties),
  }));

const equal = (field: FilterField, value: FilterValue): Filter => ({ kind: "equal", field, value });

const Correlation = z
  .strictObject({
    MessageId: z.string().optional(),
    CorrelationId: z.string().optional(),
    To: z.string().optional(),
    ReplyTo: z.string().optional(),
    Label: z.string().optional(),
    Subject: z.string().optional(),
    SessionId: z.string().optional(),
    ReplyToSessionId: z.string().optional(),
    ContentType: z.string().optional(),
    Properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  })
  .transform(({ Properties, Label, ...system }): Filter => {
    const given = new Map(
      Object.entries({ Subject: Label, ...system }).map(([key, value]) => [key.toLowerCase(), value]),
    );
    return {
      kind: "and",
      of: [
        ...systemFields.flatMap((field) => {
          const value = given.get(field.toLowerCase());
          return value === undefined ? [] : [equal({ scope: "system", name: field }, value)];
        }),
        ...Object.entries(Properties).map(([key, value]) =>
          equal({ scope: "application", name: key }, value),
        ),
      ],
    };
  });

const Sql = z.strictObject({ SqlExpression: z.string() }).transform(({ SqlExpression }, context): Filter => {
  try {
    return parseSqlFilter(SqlExpression);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.addIssue({
      code: "custom",
      message: `cannot use the filter ${SqlExpression}: ${why}; write comparisons by = or <> with AND, OR and parentheses`,
    });
    return z.NEVER;
  }
});

// A rule's Action would change messages: it is refused as an unknown key, not left out in silence
const Rule = z
  .strictObject({
    Name: name,
    Properties: z.discriminatedUnion("FilterType", [
      z.strictObject({ FilterType: z.literal("Correlation"), CorrelationFilter: Correlation }),
      z.strictObject({ FilterType: z.literal("Sql"), SqlFilter: Sql }),
    ]),
  })
  .transform(({ Properties }) =>
    Properties.FilterType === "Sql" ? Properties.SqlFilter : Properties.CorrelationFilter,
  );

/** A subscription without rules takes everything. */
const toFilter = (rules: readonly Filter[]): Filter =>
  rules.length === 0 ? { kind: "always", value: true } : { kind: "or", of: rules };

const Subscription = z
  .strictObject({
    Name: name,
    Properties: z.strictObject(receiving).prefault({}),
    Rules: z.array(Rule).default([]),
  })
  .transform(({ Name, Properties, Rules }) => ({
    name: Name,
    ...toReceiving(Properties),
    filter: toFilter(Rules),
  }));

const Topic = z
  .strictObject({
    Name: name,
    Properties: z
      .strictObject({ DefaultMessageTimeToLive: receiving.DefaultMessageTimeToLive, ...sending })
      .prefault({}),
    Subscriptions: z.array(Subscription).default([]),
  })
  .transform(({ Name, Properties, Subscriptions }) => ({
    name: Name,
    defaultTtlMs: Properties.DefaultMessageTimeToLive,
    ...toSending(Properties),
    subscriptions: Subscriptions,
  }));

export const EmulatorConfig = z
  .object({
    UserConfig: z.object({
      Namespaces: z.tuple([
        z.object({ Queues: z.array(Queue).default([]), Topics: z.array(Topic).default([]) }),
      ]),
    }),
  })
  .transform(({ UserConfig }) => {
    const [{ Queues, Topics }] = UserConfig.Namespaces;
    return { queues: Queues, topics: Topics };
  });
