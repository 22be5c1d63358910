import { fromToken, quoted } from "./keys.ts";

/** A part of a long list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Continuation token of the next page; absent on the last one. */
  readonly next?: string;
}

/** Which part of a long list. */
export interface PageOptions {
  readonly limit: number;
  readonly after?: string;
}

/** The id at the end of a row key that begins with a time. */
export const idOf = (rowKey: string): string => rowKey.slice(rowKey.indexOf("~") + 1);

/** The filter for what comes after a continuation token; one that is none of ours begins anew. */
export const afterFilter = (after: string | undefined): string => {
  const key = after === undefined ? undefined : fromToken(after);
  return key === undefined ? "" : ` and RowKey gt ${quoted(key)}`;
};
