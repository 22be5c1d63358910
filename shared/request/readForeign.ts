import type { z } from "zod";

import { parseJson } from "./parseJson.ts";

/** One thing that is wrong: where (RFC 6901 JSON pointer, "" is the whole body), and what would be right. */
export interface Problem {
  readonly pointer: string;
  readonly detail: string;
}

/** What foreign data comes to: a value that the schema allows, or everything that is wrong with it. */
export type ForeignRead<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** No more problems than this are reported: a hostile body must not make a large answer. */
export const PROBLEMS_MAX = 50;

const escapePointer = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${escapePointer(String(key)).slice(0, 100).toWellFormed()}`).join("");

/** One finding of zod → the problems it stands for. */
const toProblems = (issue: z.core.$ZodIssue): readonly Problem[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
        pointer: toPointer([...issue.path, key]),
        detail: "is not a field of the contract; check its spelling or leave it out",
      }))
    : [{ pointer: toPointer(issue.path), detail: issue.message }];

const unreadable = (detail: string): ForeignRead<never> => ({
  ok: false,
  problems: [{ pointer: "", detail }],
});

/**
 * Data that somebody else wrote → value, or everything that is wrong with it. Never throws: it is the one place where
 * a schema meets foreign data (test/unit/request.readForeign.test.ts). What it guards against: a schema may throw in place of
 * finding a problem. A check of zod that has a `when` also runs after the type was found to be wrong, so that
 * `.max()` compares the `length` of whatever is there, and `{ "length": { "toString": 1 } }` cannot be compared:
 * https://github.com/colinhacks/zod/blob/main/packages/zod/src/v4/core/checks.ts ($ZodCheckMaxLength)
 * An exception would be taken for trouble of our own, and the same data read again for ever.
 */
export const readForeign = <S extends z.ZodType>(schema: S, given: unknown): ForeignRead<z.output<S>> => {
  try {
    const { success, data, error } = schema.safeParse(given);
    return success
      ? { ok: true, value: data }
      : {
          ok: false,
          problems: error.issues.slice(0, PROBLEMS_MAX).flatMap(toProblems).slice(0, PROBLEMS_MAX),
        };
  } catch (error) {
    // The words of the error may quote what was sent; its name does not
    return unreadable(`cannot be read: ${error instanceof Error ? error.name : "unknown"}`);
  }
};

/** The same for JSON, as bytes or as text. Never throws. */
export const readForeignJson = <S extends z.ZodType>(
  schema: S,
  given: Uint8Array | string,
): ForeignRead<z.output<S>> => {
  const json = parseJson(given);
  return json.ok ? readForeign(schema, json.value) : unreadable(json.detail);
};
