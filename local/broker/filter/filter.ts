import type { AmqpValue } from "../amqp/decode.ts";

export const systemFields = [
  "messageId",
  "correlationId",
  "to",
  "replyTo",
  "subject",
  "sessionId",
  "replyToSessionId",
  "contentType",
] as const;

export type SystemField = (typeof systemFields)[number];

export type FilterField =
  | { readonly scope: "system"; readonly name: SystemField }
  | { readonly scope: "application"; readonly name: string };

export type FilterValue = string | number | boolean;

/** Which messages of a topic a subscription wants. Plain data. */
export type Filter =
  | { readonly kind: "always"; readonly value: boolean }
  | { readonly kind: "equal" | "unequal"; readonly field: FilterField; readonly value: FilterValue }
  | { readonly kind: "and" | "or"; readonly of: readonly Filter[] };

/** What a filter looks at. */
export interface Filterable {
  readonly system: Readonly<Partial<Record<SystemField, AmqpValue>>>;
  readonly application: ReadonlyMap<string, unknown>;
}

const valueOf = (field: FilterField, message: Filterable): unknown =>
  field.scope === "system" ? message.system[field.name] : message.application.get(field.name);

const isEqual = (actual: unknown, wanted: FilterValue): boolean =>
  typeof actual === "bigint" ? actual === BigInt(Number(wanted)) : actual === wanted;

/** A comparison with a property that a message does not have is never true, as in SQL. */
export const matches = (filter: Filter, message: Filterable): boolean => {
  switch (filter.kind) {
    case "always":
      return filter.value;
    case "and":
      return filter.of.every((part) => matches(part, message));
    case "or":
      return filter.of.some((part) => matches(part, message));
    case "equal":
      return isEqual(valueOf(filter.field, message), filter.value);
    case "unequal": {
      const actual = valueOf(filter.field, message);
      return actual !== undefined && actual !== null && !isEqual(actual, filter.value);
    }
    default:
      return filter satisfies never;
  }
};
