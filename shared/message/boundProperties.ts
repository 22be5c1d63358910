import { amqpScalar } from "./amqpScalar.ts";

/** Application properties of a message, as far as they are kept. */
export type MessageProperties = Readonly<Record<string, string | number | boolean | null>>;

const CHARACTERS_MAX = 32 * 1024;
const NAME_MAX = 200;
/** What a poison message is filed by: they are short, and no text that somebody wrote may take their place. */
const FIRST: ReadonlySet<string> = new Set([
  "BodyAt",
  "PoisonId",
  "Run",
  "Kind",
  "Category",
  "Owner",
  "Status",
  "Code",
  "Attempts",
  "CapturedAt",
  "DeliveryCount",
]);
/** Says how many properties did not fit. */
const LEFT_OUT = "(left out)";

const isFirst = ([name]: readonly [string, unknown]): boolean => FIRST.has(name);

const inOrder = (properties: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] => {
  const entries = Object.entries(properties);
  return [...entries.filter(isFirst), ...entries.filter((entry) => !isFirst(entry))];
};

const toValue = (value: unknown, max: number): MessageProperties[string] => {
  const scalar = amqpScalar(value);
  switch (scalar.kind) {
    case "text":
      return scalar.value.slice(0, max).toWellFormed();
    case "number":
      return Number.isFinite(scalar.value) ? scalar.value : String(scalar.value);
    case "boolean":
      return scalar.value;
    case "null":
      return null;
    case "long":
      return scalar.value.toString();
    case "binary":
      return Buffer.from(scalar.value).toString("base64").slice(0, max);
    case "timestamp":
      return scalar.value ?? null;
    case "other":
      // A property is a simple value; of what is none of those that we know, the kind is kept
      return `(${scalar.type})`;
    default:
      return scalar satisfies never;
  }
};

/**
 * Application properties → those that can be kept as JSON, of at most so many characters in all. Names and texts are
 * well-formed afterwards; long texts are cut, and properties that do not fit are counted under "(left out)".
 */
export const boundProperties = (
  properties: Readonly<Record<string, unknown>>,
  charactersMax = CHARACTERS_MAX,
): MessageProperties => {
  let left = charactersMax;
  let leftOut = 0;
  const kept: [string, MessageProperties[string]][] = [];
  for (const [name, value] of inOrder(properties)) {
    const key = name.slice(0, NAME_MAX).toWellFormed();
    const max = left - key.length - 10;
    const bounded = max <= 0 ? null : toValue(value, max);
    // A character may become six in JSON
    const size = JSON.stringify([key, bounded]).length;
    if (max <= 0 || size > left) leftOut += 1;
    else {
      kept.push([key, bounded]);
      left -= size;
    }
  }
  return Object.fromEntries(leftOut === 0 ? kept : [...kept, [LEFT_OUT, leftOut]]);
};
