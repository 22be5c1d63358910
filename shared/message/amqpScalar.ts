/** A simple value of AMQP as the SDK hands it over; `other` is what is none, with the name of its kind. */
export type AmqpScalar =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "long"; readonly value: bigint }
  | { readonly kind: "binary"; readonly value: Uint8Array }
  /** ISO 8601; undefined when it is no time. */
  | { readonly kind: "timestamp"; readonly value: string | undefined }
  | { readonly kind: "other"; readonly type: string };

/** What a value is: the one place that tells. Pure. */
export const amqpScalar = (value: unknown): AmqpScalar => {
  if (typeof value === "string") return { kind: "text", value };
  if (typeof value === "number") return { kind: "number", value };
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (typeof value === "bigint") return { kind: "long", value };
  if (value === null) return { kind: "null" };
  if (value instanceof Uint8Array) return { kind: "binary", value };
  if (value instanceof Date)
    return { kind: "timestamp", value: Number.isNaN(value.getTime()) ? undefined : value.toISOString() };
  return { kind: "other", type: typeof value };
};
