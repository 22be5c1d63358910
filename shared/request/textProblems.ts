import type { z } from "zod";

import { isDotSegment } from "./isAddressable.ts";

type Path = (string | number)[];

interface Text {
  readonly at: Path;
  readonly text: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fieldOf = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

const entriesOf = (value: unknown): readonly (readonly [number, unknown])[] =>
  Array.isArray(value) ? [...value.entries()] : [];

/** The texts of a request that are not made of a few letters anyway, with where they stand. */
function* textsOf(body: Readonly<Record<string, unknown>>): Generator<Text, void, undefined> {
  yield { at: ["requestedBy"], text: body["requestedBy"] };
  for (const name of ["system", "id", "url", "callbackUrl"])
    yield { at: ["ticket", name], text: fieldOf(body["ticket"], name) };
  for (const list of ["licensesToAssign", "licensesToRemove"]) {
    for (const [index, entry] of entriesOf(body[list])) {
      yield { at: [list, index, "sku"], text: fieldOf(entry, "sku") };
      for (const [plan, text] of entriesOf(fieldOf(entry, "excludedPlans")))
        yield { at: [list, index, "excludedPlans", plan], text };
    }
  }
}

const HALF = "must not contain a lone UTF-16 surrogate";

/**
 * What is text for JSON and nowhere else. A lone surrogate has no UTF-8 (RFC 3629, section 3), so encodeURIComponent()
 * throws; "." and ".." vanish from an address. Not rules of the fields themselves: no pattern says it that every
 * language reads alike, and what the ledger has from before stays readable. Runs also when fields are wrong.
 */
export const addTextProblems = (body: unknown, context: z.RefinementCtx): void => {
  if (!isRecord(body)) return;
  const add = (path: Path, message: string): void => context.addIssue({ code: "custom", path, message });
  const addDots = (path: Path, text: unknown): void => {
    if (typeof text === "string" && isDotSegment(text)) add(path, 'must not be "." or ".."');
  };
  addDots(["requestId"], body["requestId"]);
  addDots(["ticket", "id"], fieldOf(body["ticket"], "id"));
  for (const { at, text } of textsOf(body)) {
    if (typeof text !== "string") continue;
    if (!text.isWellFormed()) add(at, HALF);
  }
};
