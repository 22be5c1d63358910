import { amqpScalar } from "./amqpScalar.ts";

/** Deeper than this, and beyond so many characters, a copy stops and says so. */
const DEPTH_MAX = 64;
const CHARACTERS_MAX = 4 * 1024 * 1024;

type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What JSON has no word for: `$type` says what it was. */
const tagged = (type: string, value?: JsonValue): JsonValue =>
  value === undefined ? { $type: type } : { $type: type, value };

const fromNumber = (value: number): JsonValue =>
  Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : tagged("number", Object.is(value, -0) ? "-0" : String(value));

const fromText = (value: string): JsonValue =>
  value.isWellFormed() ? value : tagged("utf-16", Buffer.from(value, "utf16le").toString("base64"));

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** A value as the SDK took it out of AMQP → JSON that keeps its types: numbers that JSON cannot say, bytes, times, maps. */
export const toAmqpJson = (amqp: "value" | "sequence", content: unknown): string => {
  let leftCharacters = CHARACTERS_MAX;

  const spend = (json: JsonValue, characters: number): JsonValue => {
    leftCharacters -= characters;
    return leftCharacters < 0 ? tagged("left out") : json;
  };

  const fromEntries = (entries: readonly (readonly [unknown, unknown])[], depth: number): JsonValue =>
    tagged(
      "map",
      entries.map(([key, value]) => [convert(key, depth), convert(value, depth)]),
    );

  const fromObject = (value: object, depth: number): JsonValue => {
    if (depth > DEPTH_MAX || leftCharacters < 0) return tagged("left out");
    if (Array.isArray(value)) return value.map((item: unknown) => convert(item, depth + 1));
    if (value instanceof Map) return fromEntries([...value], depth + 1);
    const entries = Object.entries(value);
    // A map of another shape, or one that could pass for a tag of ours
    if (
      !isPlain(value) ||
      Object.hasOwn(value, "$type") ||
      entries.some(([key]) => key === "__proto__" || !key.isWellFormed())
    )
      return fromEntries(entries, depth + 1);
    const json: Record<string, JsonValue> = {};
    for (const [key, item] of entries) {
      leftCharacters -= key.length;
      json[key] = convert(item, depth + 1);
    }
    return json;
  };

  const fromBytes = (value: Uint8Array): JsonValue => {
    const base64 = leftCharacters < value.length ? "" : Buffer.from(value).toString("base64");
    return spend(tagged("binary", base64), value.length * 1.4 + 20);
  };

  const convert = (value: unknown, depth: number): JsonValue => {
    const scalar = amqpScalar(value);
    switch (scalar.kind) {
      case "text":
        return spend(
          leftCharacters < scalar.value.length ? "" : fromText(scalar.value),
          scalar.value.length + 2,
        );
      case "number":
        return spend(fromNumber(scalar.value), 8);
      case "boolean":
        return spend(scalar.value, 5);
      case "null":
        return spend(null, 5);
      case "long":
        return spend(tagged("long", scalar.value.toString()), 40);
      case "binary":
        return fromBytes(scalar.value);
      case "timestamp":
        return spend(tagged("timestamp", scalar.value), 20);
      case "other":
        return spend(
          typeof value === "object" && value !== null ? fromObject(value, depth) : tagged(scalar.type),
          20,
        );
      default:
        return scalar satisfies never;
    }
  };

  return JSON.stringify({ amqp, value: convert(content, 0) });
};
