import { z } from "zod";

import type { Random } from "./random.ts";
import { validTexts } from "./valid.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

const isSchema = (schema: unknown): schema is JsonSchema => typeof schema === "object" && schema !== null;

const sampleOfText = (schema: JsonSchema, random: Random): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum.filter((one) => one !== null));
  if (schema.type === "boolean") return random.chance(0.5);
  if (schema.type === "integer" || schema.type === "number") return 1;
  return schema.type === "string" ? "text" : null;
};

const sample = (schema: JsonSchema, name: string, random: Random, tag: string): unknown => {
  const known = Object.hasOwn(validTexts, name) ? validTexts[name] : undefined;
  if (known !== undefined) return known(random, tag);
  const first = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].find(isSchema);
  if (first !== undefined) return sample(first, name, random, tag);
  if (schema.type === "array") return isSchema(schema.items) ? [sample(schema.items, "", random, tag)] : [];
  if (schema.type !== "object") return sampleOfText(schema, random);
  const required = new Set(schema.required ?? []);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([field, inner]) =>
      isSchema(inner) && (required.has(field) || random.chance(0.4))
        ? [[field, sample(inner, field, random, tag)]]
        : [],
    ),
  );
};

const described = new WeakMap<z.ZodType, JsonSchema>();

const describe = (schema: z.ZodType): JsonSchema => {
  const known = described.get(schema);
  if (known !== undefined) return known;
  const made = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  described.set(schema, made);
  return made;
};

/** A value that a schema takes, as far as its names and types tell. */
export const sampleOf = (schema: z.ZodType, random: Random, tag: string): unknown =>
  sample(describe(schema), "", random, tag);
