import jsonata from "jsonata";

import { parseWithDigits } from "./json.ts";

/** What is to be evaluated; only text and plain values, so that it can be handed to another thread. */
export interface Evaluation {
  /** JSON. */
  readonly input: string;
  /** Name → JSONata. */
  readonly expressions: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Evaluated =
  /** JSON of an object: name → value; names without a value are left out. */
  | { readonly kind: "values"; readonly json: string }
  | { readonly kind: "notJson"; readonly detail: string }
  | { readonly kind: "failed"; readonly name: string; readonly detail: string };

/** One expression may take so long, go so deep, and make lists so long. The thread has bounds beyond these. */
const options = { timeout: 400, stack: 200, sequence: 10_000 };
const OUTPUT_MAX = 256 * 1024;
const KNOWN_MAX = 500;

const known = new Map<string, jsonata.Expression>();

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll("\n", "<br>");

const compile = (text: string): jsonata.Expression => {
  const found = known.get(text);
  if (found !== undefined) return found;
  const expression = jsonata(text, options);
  expression.registerFunction("json", (json: unknown) =>
    typeof json === "string" ? parseWithDigits(json) : undefined,
  );
  expression.registerFunction("html", (value: unknown) => escapeHtml(String(value)));
  // It would run what stands in the payload
  expression.registerFunction("eval", () => {
    throw new Error("$eval is not available; $json reads JSON in a text");
  });
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, expression);
  return expression;
};

const messageOf = (error: unknown): string => {
  // Errors of JSONata are plain objects, not always instances of Error
  const message: unknown =
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string" ? message.slice(0, 300) : "it failed";
};

const toInput = (text: string): unknown => {
  const value = parseWithDigits(text);
  // HaloPSA can send events in batches; what one looks like is not documented, and a list of one is read as the one:
  // https://haloitsm.com/guides/article/?kbid=838
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
};

const cannotRead = (error: unknown): Evaluated => ({
  kind: "notJson",
  detail: error instanceof SyntaxError ? "is not JSON" : "is nested too deeply",
});

/** Evaluates all expressions over one input. Never throws, but may be stopped from outside. */
export const evaluate = async ({ input, expressions, variables }: Evaluation): Promise<Evaluated> => {
  let value: unknown;
  try {
    value = toInput(input);
  } catch (error) {
    return cannotRead(error);
  }
  if (Array.isArray(value)) return { kind: "notJson", detail: "is a list; send one ticket at a time" };
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(expressions)) {
    try {
      values[name] = await compile(text).evaluate(value, { ...variables });
    } catch (error) {
      return { kind: "failed", name, detail: messageOf(error) };
    }
  }
  try {
    const json = JSON.stringify(values);
    if (json.length <= OUTPUT_MAX) return { kind: "values", json };
  } catch {
    // It holds itself, or is too large to be written: the same answer
  }
  return { kind: "failed", name: "", detail: "what the expressions gave is too large" };
};
