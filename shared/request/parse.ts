import type { z } from "zod";

import { LicenseRequest } from "./schema.ts";

/** One thing that is wrong: where (RFC 6901 JSON pointer, "" is the whole body), and what would be right. */
export interface Problem {
  readonly pointer: string;
  readonly detail: string;
}

export type Parsed =
  | { readonly ok: true; readonly request: LicenseRequest }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** No more problems than this are reported: a hostile body must not make a large answer. */
export const PROBLEMS_MAX = 50;

const escapePointer = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${escapePointer(String(key)).slice(0, 100)}`).join("");

/** One finding of zod → the problems it stands for. */
export const toProblems = (issue: z.core.$ZodIssue): readonly Problem[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
        pointer: toPointer([...issue.path, key]),
        detail: "is not a field of the contract; check its spelling or leave it out",
      }))
    : [{ pointer: toPointer(issue.path), detail: issue.message }];

/** Untrusted data → request, or everything that is wrong with it. Never throws. */
export const parseRequest = (body: unknown): Parsed => {
  const { success, data, error } = LicenseRequest.safeParse(body);
  return success
    ? { ok: true, request: data }
    : { ok: false, problems: error.issues.flatMap(toProblems).slice(0, PROBLEMS_MAX) };
};

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Bytes of JSON → request, or everything that is wrong with them. Never throws. */
export const parseRequestBytes = (bytes: Uint8Array): Parsed => {
  const json = parseJson(bytes);
  return json.ok ? parseRequest(json.value) : { ok: false, problems: [{ pointer: "", detail: json.detail }] };
};

export type Json =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/** Bytes → JSON value; UTF-8, an optional byte-order mark is skipped. Never throws. */
export const parseJson = (bytes: Uint8Array): Json => {
  try {
    return { ok: true, value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch (error) {
    // The parser's own words quote the body, which may hold anything
    return {
      ok: false,
      detail: error instanceof SyntaxError ? "is not JSON" : "is not UTF-8 text",
    };
  }
};
